// table_writer — one table to a stream, for every command that prints data: --format table, csv and
// jsonl. Cells are typed; what the network said is made safe for the medium by the writer.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/model/json.h"

namespace qingdan::report {

using Cell = model::Cell;  // nothing, text, integer, real, bool or raw JSON
using model::RawJson;

enum class Encoding { utf8_bom, utf8, gb18030 };

// begin() once, row() any number of times with as many cells as columns, end() once. The stream
// outlives the writer. Nothing needs to be checked before end().
class TableWriter {
 public:
  virtual ~TableWriter() = default;
  virtual void begin(const std::vector<std::string>& columns) = 0;
  virtual void row(const std::vector<Cell>& cells) = 0;
  // Flushes; ErrorCode::io where the stream took not everything.
  [[nodiscard]] virtual Result<void> end() = 0;
};

// For a terminal `width` columns wide (0 = as wide as it gets). Wide characters count two. Columns
// are as wide as the first 1000 rows need; what is longer is cut and ends in "…".
[[nodiscard]] std::unique_ptr<TableWriter> make_text_table(std::ostream& out, std::size_t width);

// RFC 4180, lines end with CR LF. A text that begins with = + - @ TAB CR or ' gets one ' in front;
// so a reader takes one leading ' away, always, and has the text as it was (see
// src/report/README.md).
[[nodiscard]] std::unique_ptr<TableWriter> make_csv(std::ostream& out, Encoding encoding);

// One JSON object a line, members in the order of the columns.
[[nodiscard]] std::unique_ptr<TableWriter> make_ndjson(std::ostream& out);

}  // namespace qingdan::report
