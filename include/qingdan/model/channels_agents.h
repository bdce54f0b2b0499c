// channels_agents — names under which the bytes of agents that tell a host's state are handed to
// identification, beside those of observation.h. schema/README.md says what each holds.
#pragma once

#include <string_view>

namespace qingdan::model::channel {

inline constexpr std::string_view kApcupsd = "apcupsd.status";  // records of the answer to status
inline constexpr std::string_view kEpmd = "epmd.names";         // NAMES_RESP
inline constexpr std::string_view kZabbix = "zabbix.agent";     // answer to agent.version
inline constexpr std::string_view kNrpe = "nrpe.version";       // answer to _NRPE_CHECK

}  // namespace qingdan::model::channel
