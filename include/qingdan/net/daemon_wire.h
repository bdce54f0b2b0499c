// daemon_wire — one question each to queues, brokers and scanners: beanstalkd, Gearman, MQTT,
// clamd. Pure, bounded.
//
// Channels beanstalk.stats, gearman.version, mqtt.connack, clamd.version = the answer as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// stats and quit, beanstalkd's doc/protocol.txt, "Other Commands". The answer is "OK <bytes>", then
// YAML; foreign where the statistics are not those of this queue (current-jobs-urgent).
[[nodiscard]] Bytes build_beanstalk_stats();
[[nodiscard]] Bytes build_beanstalk_quit();
inline constexpr std::size_t kBeanstalkStatsMax = 8192;
[[nodiscard]] Extent measure_beanstalk(BytesView stream);
struct BeanstalkStats {
  std::string version;  // "1.12"
  std::string host;     // "" before 1.9
};
[[nodiscard]] std::optional<BeanstalkStats> parse_beanstalk(BytesView stream);

// version, Gearman protocol, "Administrative Protocol". "1.1.20" of "OK 1.1.20\n".
[[nodiscard]] Bytes build_gearman_version();
[[nodiscard]] Extent measure_gearman(BytesView stream);
[[nodiscard]] std::optional<std::string> parse_gearman(BytesView stream);

// zVERSION, clamd(8): the answer ends as the question did, with a zero; servers before 0.95 know no
// prefix and say so in a line. "ClamAV 1.4.6/27500/Sun Nov 29 08:31:02 2026": engine, signatures
// and their date, where there are any; or "COMMAND UNAVAILABLE", where VERSION is switched off.
[[nodiscard]] Bytes build_clamd_version();
[[nodiscard]] Extent measure_clamd(BytesView stream);
[[nodiscard]] std::optional<std::string> parse_clamd(BytesView stream);

// CONNECT with a clean start, no client identifier, no user and no will, then DISCONNECT: MQTT 5.0
// §3.1, §3.14; MQTT 3.1.1 §3.1, §3.14. `level` 5 or 4 (MQTT 3.1.1).
[[nodiscard]] Bytes build_mqtt_connect(std::uint8_t level);
[[nodiscard]] Bytes build_mqtt_disconnect();
inline constexpr std::size_t kMqttConnackMax = 4096;
[[nodiscard]] Extent measure_mqtt(BytesView stream);
struct MqttConnack {
  int reason{0};               // 0: let in; MQTT 5.0 §3.2.2.2, MQTT 3.1.1 §3.2.2.3
  bool has_properties{false};  // the server speaks MQTT 5
  std::string client_id;       // Assigned Client Identifier, MQTT 5.0 §3.2.2.3.7
  std::string text;            // Reason String, §3.2.2.3.9
};
[[nodiscard]] std::optional<MqttConnack> parse_mqtt(BytesView stream);

}  // namespace qingdan::net
