// listing_walk — reads a snapshot once and hands out the rows of all sheets, filtered by unit and
// with contacts shortened, as the profile asks.
#pragma once

#include <vector>

#include "qingdan/report/listing_export.h"
#include "report/sheets.h"

namespace qingdan::report {

class RowSink {
 public:
  virtual ~RowSink() = default;
  [[nodiscard]] virtual bool wants(SheetId sheet) const = 0;
  // The rows of one sheet come in their printed order; rows of different sheets come mixed.
  virtual void row(SheetId sheet, const std::vector<Cell>& cells) = 0;
};

[[nodiscard]] Result<void> walk_listing(const model::ListingSource& source,
                                        const ExportOptions& options, RowSink& sink);

}  // namespace qingdan::report
