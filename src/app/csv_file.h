// csv_file — one sheet of the list as a CSV file that appears whole or not at all.
#pragma once

#include <string>

#include "qingdan/report/listing_export.h"

namespace qingdan::app {

// `encoding` is utf8-bom, utf8 or gb18030. An existing file stays as it was on an error.
[[nodiscard]] Result<report::ExportSummary> write_csv_file(const model::ListingSource& source,
                                                           const report::ExportOptions& options,
                                                           const std::string& sheet,
                                                           const std::string& encoding,
                                                           const std::string& path);

}  // namespace qingdan::app
