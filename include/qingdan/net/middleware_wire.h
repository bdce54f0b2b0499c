// middleware_wire — one question each to coordination services and application servers, and what
// they say: ZooKeeper, WebLogic's T3, AJP, Java RMI, Kafka. Pure, bounded.
//
// Channels zookeeper.reply, t3.reply, ajp.reply, rmi.reply, kafka.versions = the reply as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

inline constexpr std::size_t kMiddlewareReplyMax = 8192;

// "srvr", ZooKeeper Administrator's Guide, "The Four Letter Words". Servers end their answer by
// closing; one that does not allow it says so in one line.
[[nodiscard]] Bytes build_zookeeper_srvr();
[[nodiscard]] Extent measure_zookeeper(BytesView stream);
struct ZookeeperReply {
  std::string version;  // "3.8.1-74db005175a4ec545697012f9069cb9dcc8cdda7"; "" where not allowed
  std::string mode;     // "standalone" "leader" "follower"
};
[[nodiscard]] std::optional<ZookeeperReply> parse_zookeeper(BytesView stream);

// T3 of WebLogic (Oracle publishes no document; this is the greeting every client of it sends).
[[nodiscard]] Bytes build_t3_hello();
[[nodiscard]] Extent measure_t3(BytesView stream);
// Of "HELO:12.2.1.4.0.false": "12.2.1.4.0"; "" where another T3 answer stands there.
[[nodiscard]] std::optional<std::string> parse_t3(BytesView stream);

// CPing and CPong, The Apache Tomcat Connectors, AJPv13 extensions.
[[nodiscard]] Bytes build_ajp_cping();
[[nodiscard]] Extent measure_ajp_cpong(BytesView stream);

// JRMI header of StreamProtocol, Java RMI specification §10.2; the answer says who we seem to be.
[[nodiscard]] Bytes build_rmi_header();
[[nodiscard]] Extent measure_rmi_ack(BytesView stream);
[[nodiscard]] std::optional<std::string> parse_rmi_ack(BytesView stream);  // how it sees us

// ApiVersions 0 (Kafka protocol guide, api key 18).
[[nodiscard]] Bytes build_kafka_api_versions();
[[nodiscard]] Extent measure_kafka(BytesView stream);
struct KafkaApi {
  std::int16_t key{0}, least{0}, most{0};
};
inline constexpr std::size_t kKafkaApisMax = 256;
[[nodiscard]] std::optional<std::vector<KafkaApi>> parse_kafka_api_versions(BytesView stream);

}  // namespace qingdan::net
