// listing_export — prints the 《网络资产清单》 of a sealed snapshot: a workbook, or one sheet as
// CSV. The same source and the same options give the same bytes, on every machine.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/model/listing.h"
#include "qingdan/report/table_writer.h"

namespace qingdan::report {

enum class Profile {
  full,   // "full": 全量
  unit,   // "unit": only the rows of one unit
  masked  // "masked": 脱敏, names and telephone numbers of people shortened
};
[[nodiscard]] std::string_view to_string(Profile profile);
[[nodiscard]] std::optional<Profile> parse_profile(std::string_view text);

struct ExportOptions {
  Profile profile{Profile::full};
  std::string unit;  // only rows of this unit; "" = all (not with Profile::unit)
  std::string exported_by;
  UnixMillis exported_at;
  // The list of the period before, for 环比 in sheet 01; nullptr = the column stays empty.
  const model::ListingSource* before{nullptr};
};

// What the audit log is told.
struct ExportSummary {
  std::uint64_t rows{0};
  std::vector<std::pair<std::string, std::uint64_t>> sheets;  // name, rows
  std::string sha256;  // of the written file, hex; "" where written to a stream
};

// Writes `path` as a whole: the file appears when it is complete, and stays as it was on an error.
// Constant memory. ErrorCode::usage: Profile::unit without a unit; ErrorCode::input: no asset of
// that unit; ErrorCode::io: the disk.
[[nodiscard]] Result<ExportSummary> write_workbook(const model::ListingSource& source,
                                                   const ExportOptions& options,
                                                   const std::string& path);

// One sheet. `sheet` is its number ("06", "04-1"); "04" is all columns of 04-1 to 04-3 in one row
// per asset. ErrorCode::usage names the sheets there are.
[[nodiscard]] Result<ExportSummary> write_sheet(const model::ListingSource& source,
                                                const ExportOptions& options,
                                                std::string_view sheet, TableWriter& writer);

}  // namespace qingdan::report
