// agent_wire — one question each to agents that tell a host's state: apcupsd (uninterruptible power
// supplies), epmd (Erlang nodes), the agents of Zabbix and Nagios (NRPE). Pure, bounded.
//
// Channels apcupsd.status, epmd.names, zabbix.agent, nrpe.version = the answer as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// status, apcupsd manual, "NIS Network Server Protocol": each message has its length before it (two
// bytes, big-endian); the answer is a line a message, and ends with one of no bytes. Foreign where
// the first line is not "APC : …", which names the form of the answer.
[[nodiscard]] Bytes build_apcupsd_status();
inline constexpr std::size_t kApcupsdMax = 8192;
[[nodiscard]] Extent measure_apcupsd(BytesView stream);
struct ApcupsdStatus {
  std::string version;  // "3.14.14 (31 May 2016) debian"
  std::string host;     // of the machine it runs on
  std::string model;    // of the supply: "Smart-UPS 1500"; "" where it is not connected
};
[[nodiscard]] std::optional<ApcupsdStatus> parse_apcupsd(BytesView stream);

// NAMES_REQ, Erlang Distribution Protocol, "Get All Registered Names from EPMD". The answer is
// epmd's port (four bytes, big-endian), then a line a node, and ends where the connection does:
// `partial` for ever, foreign where it is neither.
inline constexpr std::uint16_t kEpmdPort = 4369;
[[nodiscard]] Bytes build_epmd_names();
inline constexpr std::size_t kEpmdMax = 16'384;
[[nodiscard]] Extent measure_epmd(BytesView stream);
// Names of the nodes, "rabbit", in the order given; of a cut answer those that are whole.
[[nodiscard]] std::optional<std::vector<std::string>> parse_epmd(BytesView stream);

// agent.version, Zabbix manual, "Header" and "Passive agent checks": "ZBXD", flags, the length of
// the data and a reserved one (four bytes each, little-endian), the data.
[[nodiscard]] Bytes build_zabbix_version();
inline constexpr std::size_t kZabbixMax = 1024;
[[nodiscard]] Extent measure_zabbix(BytesView stream);
// "6.0.14"; "" where the agent does not know the item or may not tell it.
[[nodiscard]] std::optional<std::string> parse_zabbix(BytesView stream);

// _NRPE_CHECK, the question of check_nrpe without a command, which is answered with the version and
// runs nothing: a packet of version 2 of the protocol (NRPE's common.h), 1036 bytes either way:
// version, type, CRC-32, result (two bytes, two, four, two, big-endian), 1024 bytes of text, two to
// spare.
[[nodiscard]] Bytes build_nrpe_version();
inline constexpr std::size_t kNrpePacket = 1036;
[[nodiscard]] Extent measure_nrpe(BytesView stream);
// "NRPE v4.1.0"
[[nodiscard]] std::optional<std::string> parse_nrpe(BytesView stream);

}  // namespace qingdan::net
