// fins_wire — who an Omron controller is: FINS/TCP's exchange of node addresses, then Controller
// Data Read. Pure. Sources: Omron W421 "Ethernet Units, Construction of Applications", §7-4
// (FINS/TCP header, commands 0 to 2); W342 "Communications Commands Reference Manual" §3-3 (FINS
// header), §5-3-16 (05 01).
//
// Channel fins.reply = the FINS/TCP frames as they came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_fins_node_request();
struct FinsNodes {
  std::uint8_t client{0}, server{0};
};
[[nodiscard]] Bytes build_fins_controller_read(const FinsNodes& nodes);

// Of one FINS/TCP frame.
[[nodiscard]] Extent measure_fins_frame(BytesView stream);
// Of the answer to the node request; nullopt where it is none, or an error.
[[nodiscard]] std::optional<FinsNodes> parse_fins_nodes(BytesView frame);

struct FinsController {
  std::uint16_t end_code{0};  // 0 = normal
  std::string model, version;
};
// Of all frames of a stream; nullopt: not one is whole. `model` is empty where it was not told.
[[nodiscard]] std::optional<FinsController> parse_fins_stream(BytesView stream);

}  // namespace qingdan::net
