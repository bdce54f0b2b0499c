// amqp_wire — AMQP's protocol header and what a broker says to it. Pure, bounded.
// Sources: AMQP 0-9-1 §2.2.4 (header), §2.3.5 (frames), §4.2.5.5 (tables), xml §1.4.1 (start);
// field types as RabbitMQ's "AMQP 0-9-1 Errata" lists them.
//
// Channel amqp.start = what came: the frame of Connection.Start, or a header of eight bytes.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_amqp_header();  // of 0-9-1

inline constexpr std::size_t kAmqpFrameMax = 65'536;
inline constexpr std::size_t kAmqpPropertiesMax = 64;
[[nodiscard]] Extent measure_amqp_start(BytesView stream);

struct AmqpStart {
  std::string wants;  // where it answered with a header: its version, "1.0.0"; else ""
  // Names and values of the server's properties that are text; capabilities and the like left out.
  std::vector<std::pair<std::string, std::string>> properties;
  std::string mechanisms;  // "PLAIN AMQPLAIN"
};
[[nodiscard]] std::optional<AmqpStart> parse_amqp_start(BytesView stream);

}  // namespace qingdan::net
