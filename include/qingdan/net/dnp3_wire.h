// dnp3_wire — is this a DNP3 station? A request for the status of its data link, which no
// application sees. Pure. Source: IEEE 1815-2012 §9.2.4.1 (frame: 05 64, length, control,
// destination, source, CRC), §9.2.4.1.3 (function codes: 9 REQUEST LINK STATUS of a primary, 11
// LINK STATUS of a secondary), §9.2.4.1.4.2 (FFFC is the self-address: whatever device has it
// switched on answers with its own), §9.2.4.3 (CRC). A station that keeps to its own address alone
// stays silent; guessing addresses is not asking.
//
// Channel dnp3.reply = the frame as it came.
#pragma once

#include <cstdint>
#include <optional>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_dnp3_link_status();
[[nodiscard]] Extent measure_dnp3_reply(BytesView stream);

struct Dnp3Link {
  std::uint16_t station{0};  // its address
  std::uint8_t function{0};  // 11 = LINK STATUS, 15 = not supported
};
// nullopt: not whole, or a checksum that is wrong.
[[nodiscard]] std::optional<Dnp3Link> parse_dnp3_reply(BytesView stream);

}  // namespace qingdan::net
