// cell_print — a typed cell as plain text: "" for nothing, numbers in the shortest spelling that
// reads back, true and false, raw JSON as it is.
#pragma once

#include <string>

#include "qingdan/report/table_writer.h"

namespace qingdan::report {

[[nodiscard]] std::string plain_text(const Cell& cell);

}  // namespace qingdan::report
