// channels_industrial — names under which the bytes of industrial devices are handed to
// identification, beside those of observation.h. schema/README.md says what each holds.
#pragma once

#include <string_view>

namespace qingdan::model::channel {

inline constexpr std::string_view kS7 = "s7.reply";          // TPKT frames: confirm, setup, list
inline constexpr std::string_view kOpcUa = "opcua.reply";    // messages: ACK, channel, endpoints
inline constexpr std::string_view kIec104 = "iec104.reply";  // an APDU
inline constexpr std::string_view kDnp3 = "dnp3.reply";      // a link frame
inline constexpr std::string_view kBacnet = "bacnet.reply";  // datagrams, framed
inline constexpr std::string_view kFins = "fins.reply";      // FINS/TCP frames

}  // namespace qingdan::model::channel
