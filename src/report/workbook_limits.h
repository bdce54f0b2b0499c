// workbook_limits — how long a sheet may get, and the way in for tests that cannot write so much.
#pragma once

#include <cstdint>
#include <string>

#include "qingdan/report/listing_export.h"

namespace qingdan::report {

inline constexpr std::uint32_t kMaxSheetRows = 1'048'576;  // ECMA-376 §18.3.1.73; header included

// What does not fit goes on in a sheet "06 端口服务(2)", at the end of the tabs.
[[nodiscard]] Result<ExportSummary> write_limited_workbook(const model::ListingSource& source,
                                                           const ExportOptions& options,
                                                           const std::string& path,
                                                           std::uint32_t max_rows);

}  // namespace qingdan::report
