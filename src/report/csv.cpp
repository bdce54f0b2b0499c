// csv — RFC 4180 in three encodings, safe to open in office software and exact to read back.
#include <ostream>

#include "qingdan/base/contract.h"
#include "qingdan/base/text.h"
#include "qingdan/report/table_writer.h"
#include "report/cell_print.h"
#include "report/cell_text.h"

namespace qingdan::report {
namespace {

class Csv final : public TableWriter {
 public:
  Csv(std::ostream& out, Encoding encoding) : out_(out), encoding_(encoding) {}

  void begin(const std::vector<std::string>& columns) override {
    if (encoding_ == Encoding::utf8_bom) out_ << "\xEF\xBB\xBF";
    columns_ = columns.size();
    write_line(std::vector<Cell>(columns.begin(), columns.end()));
  }

  void row(const std::vector<Cell>& cells) override {
    QD_EXPECTS(cells.size() == columns_);
    write_line(cells);
  }

  Result<void> end() override {
    if (error_) return *error_;
    out_.flush();
    if (out_.good()) return {};
    return Error{ErrorCode::io, "the CSV could not be written completely", {}};
  }

 private:
  static std::string field(const Cell& cell) {
    auto text = clean_text(plain_text(cell));
    // A number of ours may begin with a minus and is no formula.
    const bool foreign =
        std::holds_alternative<std::string>(cell) || std::holds_alternative<RawJson>(cell);
    if (foreign) text = protect_formula(std::move(text));
    if (text.find_first_of("\",\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"') quoted += '"';
      quoted += c;
    }
    return quoted + '"';
  }

  void write_line(const std::vector<Cell>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += ',';
      line += field(cells[i]);
    }
    line += "\r\n";
    if (encoding_ == Encoding::gb18030) {
      auto converted = to_gb18030(line);
      if (!converted) {
        if (!error_) error_ = converted.error().in("csv");
        return;
      }
      line = std::move(*converted);
    }
    out_ << line;
  }

  std::ostream& out_;
  Encoding encoding_;
  std::size_t columns_{0};
  std::optional<Error> error_;
};

}  // namespace

std::unique_ptr<TableWriter> make_csv(std::ostream& out, Encoding encoding) {
  return std::make_unique<Csv>(out, encoding);
}

}  // namespace qingdan::report
