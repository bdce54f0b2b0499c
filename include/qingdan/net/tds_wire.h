// tds_wire — SQL Server's PRELOGIN, which comes before any login, and its answer. Pure, bounded.
// Source: [MS-TDS] 2.2.3.1 (packet header), 2.2.6.5 (PRELOGIN).
//
// Channel mssql.prelogin = the packet as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_tds_prelogin();

inline constexpr std::size_t kTdsPacketMax = 4096;
[[nodiscard]] Extent measure_tds_prelogin(BytesView stream);

struct TdsPrelogin {
  std::string version;  // "15.0.4312"
  std::uint16_t sub_build{0};
  std::uint8_t encryption{0};  // 0 off, 1 on, 2 not supported, 3 required
};
// nullopt where it is no PRELOGIN answer with a version.
[[nodiscard]] std::optional<TdsPrelogin> parse_tds_prelogin(BytesView packet);

}  // namespace qingdan::net
