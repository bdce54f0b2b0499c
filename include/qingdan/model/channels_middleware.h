// channels_middleware — names under which the bytes of remote-call middleware, graph databases, key
// distribution and virtual displays are handed to identification, beside those of observation.h.
// schema/README.md says what each holds.
#pragma once

#include <string_view>

namespace qingdan::model::channel {

inline constexpr std::string_view kDubbo = "dubbo.heartbeat";    // answer to a heartbeat
inline constexpr std::string_view kRocketmq = "rocketmq.reply";  // answer to a cluster query
inline constexpr std::string_view kBolt = "bolt.version";        // the version chosen
inline constexpr std::string_view kOpenwire = "openwire.info";   // WireFormatInfo of the broker
inline constexpr std::string_view kKerberos = "kerberos.error";  // KRB-ERROR
inline constexpr std::string_view kIiop = "iiop.locate";         // LocateReply, or what refuses it
inline constexpr std::string_view kSpice = "spice.link";         // RedLinkReply

}  // namespace qingdan::model::channel
