// cover — what sheet 00 says of the list: which snapshot, which runs, how much was covered, who may
// read it, and how to read it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qingdan/report/listing_export.h"
#include "report/rows.h"

namespace qingdan::report {

struct RunFigures {
  model::Run run;
  std::uint64_t addresses{0};
  std::uint64_t asked{0};  // on every port as planned
};

struct CoverFacts {
  const model::ListingMeta& meta;
  const ExportOptions& options;
  const std::vector<RunFigures>& runs;
  const std::optional<RunFigures>& standing;  // the run whose coverage the list rests on
  std::uint64_t assets{0};
};

[[nodiscard]] std::string organisation_of(const model::ListingMeta& meta);
[[nodiscard]] std::string snapshot_name(const model::ListingMeta& meta);
// 编制人 审核人 批准人: lines to sign.
[[nodiscard]] bool is_signature(std::string_view item);
[[nodiscard]] std::vector<CoverRow> cover_rows(const CoverFacts& facts);

}  // namespace qingdan::report
