// spice_wire — SPICE's RedLinkReply, with which a server also refuses what is no SPICE: it is asked
// nothing of its own. Pure, bounded.
//
// SPICE protocol, "Link stage". Channel spice.link = the reply.
#pragma once

#include <cstdint>
#include <optional>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

struct SpiceReply {
  std::uint32_t major{0}, minor{0};
  std::uint32_t error{0};  // 0 OK, 2 invalid magic: what HTTP gets
};
[[nodiscard]] std::optional<SpiceReply> parse_spice_reply(BytesView stream);

}  // namespace qingdan::net
