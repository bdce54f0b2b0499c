// tftp_wire — a read request of TFTP, and the packets that may answer it. Pure, bounded.
// Sources: RFC 1350 §5 (packets), appendix "Error Codes", RFC 2347 (OACK).
//
// Channel tftp.reply = the datagram as it came. Servers answer from a port chosen anew (§4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// A name that nobody has given to a file; "octet" mode. EXPECTS no zero in it.
[[nodiscard]] Bytes build_tftp_read(std::string_view name);

struct TftpReply {
  std::uint16_t opcode{0};  // 3 DATA, 5 ERROR, 6 OACK
  std::uint16_t code{0};    // of an error: 1 file not found, 2 access violation …
  std::string message;      // of an error, as sent
};
[[nodiscard]] std::optional<TftpReply> parse_tftp_reply(BytesView datagram);

}  // namespace qingdan::net
