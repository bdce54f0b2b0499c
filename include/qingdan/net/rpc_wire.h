// rpc_wire — what remote-call middleware, brokers and graph databases say to a client's first
// frame: Dubbo, RocketMQ's remoting, Bolt, OpenWire. Pure, bounded.
//
// Channels dubbo.heartbeat, rocketmq.reply, bolt.version, openwire.info = the answer as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// A heartbeat that wants an answer: Dubbo's documentation, "Dubbo Protocol", the header of 16
// bytes. The answer is an event under our number; requests, and answers to others, are foreign.
[[nodiscard]] Bytes build_dubbo_heartbeat();
inline constexpr std::size_t kDubboBodyMax = 8192;
[[nodiscard]] Extent measure_dubbo(BytesView stream);
struct DubboAnswer {
  int status{0};         // 20 is OK
  int serialization{0};  // 2 is Hessian 2, as we asked
};
[[nodiscard]] std::optional<DubboAnswer> parse_dubbo(BytesView stream);

// GET_BROKER_CLUSTER_INFO, which names nothing: RocketMQ's RemotingCommand and RequestCode. A name
// server answers with its brokers, a broker that it does not know the request; either says what
// version it is. Headers come as JSON or, where the server is set to it, in RocketMQ's own form.
[[nodiscard]] Bytes build_rocketmq_cluster_query();
inline constexpr std::size_t kRocketmqHeaderMax = 8192;
inline constexpr std::size_t kRocketmqMax = 4U * 1024 * 1024;  // a name server's list may be long
[[nodiscard]] Extent measure_rocketmq(BytesView stream);
struct RocketmqAnswer {
  int code{0};          // ResponseCode: 0 success, 3 the request is not supported
  int version{-1};      // ordinal in MQVersion
  std::string remark;   // "" mostly
  bool brokers{false};  // the body is a list of brokers: this is a name server
};
// Of an answer whose list is cut too, where its header is there.
[[nodiscard]] std::optional<RocketmqAnswer> parse_rocketmq(BytesView stream);
// "4.9.4" of 401, "5.0.0-SNAPSHOT" of 412; "" for what MQVersion does not have.
[[nodiscard]] std::string rocketmq_version_text(int ordinal);

// The handshake of a Bolt client, which offers 5.8 to 5.0, 4.4 to 4.2, 4.1 and 3: Bolt protocol,
// "Handshake specification". The server chooses one in four bytes and says no more; of a server
// that knows none of them the four are zero, as of many others, hence foreign.
[[nodiscard]] Bytes build_bolt_handshake();
[[nodiscard]] Extent measure_bolt(BytesView stream);
[[nodiscard]] std::optional<std::string> parse_bolt(BytesView stream);  // "5.8"

// WireFormatInfo, with which ActiveMQ begins unasked: ActiveMQ's documentation, "OpenWire Version 2
// Specification", and its MarshallingSupport for the properties.
inline constexpr std::size_t kOpenwireMax = 8192;
[[nodiscard]] Extent measure_openwire(BytesView stream);
struct OpenwireInfo {
  std::uint32_t version{0};
  std::string provider;          // "ActiveMQ"; "" before 5.8
  std::string provider_version;  // "5.17.2"
  std::string platform;          // "Java"; older ones name JVM and operating system
};
[[nodiscard]] std::optional<OpenwireInfo> parse_openwire(BytesView stream);

}  // namespace qingdan::net
