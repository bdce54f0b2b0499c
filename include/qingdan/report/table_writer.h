// table_writer — rows for `--format table|jsonl|csv`: one face, three spellings, streamed.
//
// jsonl: one object a line, the columns' names as members in their order, RawJson as it is, absent
// cells null. csv: RFC 4180, UTF-8, formula injection guarded as in csv.h. table: for eyes; columns
// aligned by display width (a Chinese character is two wide), control characters escaped; rows are
// held until end() because widths must be known.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "qingdan/model/json.h"

namespace qingdan::report {

class TableWriter {
 public:
  virtual ~TableWriter() = default;
  virtual void begin(const std::vector<std::string>& columns) = 0;  // once, first
  virtual void row(const std::vector<model::Cell>& cells) = 0;      // as many cells as columns
  virtual void end() = 0;                                           // once, last
};

// `out` outlives the writer; whether it took everything is for the caller to ask of it.
[[nodiscard]] std::unique_ptr<TableWriter> make_text_table(std::ostream& out);
[[nodiscard]] std::unique_ptr<TableWriter> make_ndjson(std::ostream& out);
[[nodiscard]] std::unique_ptr<TableWriter> make_csv_table(std::ostream& out);

}  // namespace qingdan::report
