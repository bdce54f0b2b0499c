// modbus_wire — Read Device Identification over Modbus/TCP: the one request that only asks who a
// device is. Pure.
// Sources: Modbus Application Protocol V1.1b3 §6.21 (function 43, MEI type 14), §7 (exceptions);
// Modbus Messaging on TCP/IP V1.0b §3.1.3 (MBAP header), §4.4.1 (unit identifier 255 where there is
// no serial line behind; 0 would be a broadcast on one).
//
// Channel modbus.reply = the reply as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_modbus_identify();

// Of a reply to our request; anything else is foreign.
[[nodiscard]] Extent measure_modbus_reply(BytesView stream);

struct ModbusReply {
  std::uint8_t exception{0};  // 0 = none; 1 = a device that knows no function 43
  std::vector<std::pair<std::uint8_t, std::string>>
      objects;  // 0 vendor, 1 product code, 2 revision
};
// nullopt where the reply is not whole, not Modbus, or its objects overrun it.
[[nodiscard]] std::optional<ModbusReply> parse_modbus_reply(BytesView stream);

}  // namespace qingdan::net
