// dtls_wire — DTLS's ClientHello without a cookie, and what answers it: a HelloVerifyRequest, which
// costs the server no state, a ServerHello, or an alert. Pure, bounded.
// Sources: RFC 6347 §4.1 (records), §4.2.1, §4.2.2 (handshake), RFC 5246 §7.4.1.
//
// Channel dtls.reply = the datagram as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// Version 1.2; `seed` makes its 32 bytes of "random", which no key will rest on.
[[nodiscard]] Bytes build_dtls_client_hello(std::uint64_t seed);

struct DtlsReply {
  enum class Kind : std::uint8_t { verify_request, server_hello, alert };
  Kind kind{Kind::alert};
  std::string version;      // "1.0", "1.2" of the hello, else of the record
  std::uint16_t cipher{0};  // of a ServerHello
  std::uint8_t alert{0};    // 40 handshake failure, 70 protocol version …
};
// nullopt where the first record is none of these.
[[nodiscard]] std::optional<DtlsReply> parse_dtls_reply(BytesView datagram);

}  // namespace qingdan::net
