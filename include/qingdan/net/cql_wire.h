// cql_wire — OPTIONS of Cassandra's native protocol, which may be asked before STARTUP, and its
// answer. Pure, bounded. Source: CQL binary protocol v4 (native_protocol_v4.spec) §2, §4.1.3,
// §4.2.1, §4.2.4.
//
// Channel cassandra.supported = the frame as it came: SUPPORTED, or ERROR of a server that knows
// only other versions of the protocol.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_cql_options();

inline constexpr std::size_t kCqlFrameMax = 16'384;
inline constexpr std::size_t kCqlOptionsMax = 64;
[[nodiscard]] Extent measure_cql(BytesView stream);

struct CqlAnswer {
  std::vector<std::pair<std::string, std::string>> options;  // "CQL_VERSION" = "3.4.5"; each value
  std::string error;
};
[[nodiscard]] std::optional<CqlAnswer> parse_cql(BytesView stream);

}  // namespace qingdan::net
