// firebird_wire — op_connect of Firebird's and InterBase's protocol without a database and without
// a user, and what the server chooses. Pure, bounded. Source: Firebird documentation, "Firebird
// wire protocol": Appendices "Protocol Types" (XDR: four bytes, big-endian, strings padded to four)
// and "Connection".
//
// Channel firebird.answer = the packet as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// Offers protocol 10, which InterBase knows too, and 11, 12, 13, 16, which only Firebird does.
[[nodiscard]] Bytes build_firebird_connect();
[[nodiscard]] Bytes build_firebird_disconnect();

inline constexpr std::size_t kFirebirdStringMax = 4096;
[[nodiscard]] Extent measure_firebird(BytesView stream);

struct FirebirdAnswer {
  std::string kind;  // "accept" "cond_accept" "accept_data" "cont_auth" "reject"
  int protocol{0};   // that it chose: 10 to 16; 0 where it says none
};
[[nodiscard]] std::optional<FirebirdAnswer> parse_firebird(BytesView stream);

}  // namespace qingdan::net
