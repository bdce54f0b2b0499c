// ndjson — one object a line; the spelling of values is that of model/json.
#include <ostream>
#include <utility>

#include "qingdan/base/contract.h"
#include "qingdan/report/table_writer.h"

namespace qingdan::report {
namespace {

class Ndjson final : public TableWriter {
 public:
  explicit Ndjson(std::ostream& out) : out_(out) {}

  void begin(const std::vector<std::string>& columns) override { columns_ = columns; }

  void row(const std::vector<Cell>& cells) override {
    QD_EXPECTS(cells.size() == columns_.size());
    std::vector<std::pair<std::string, Cell>> members;
    for (std::size_t i = 0; i < cells.size(); ++i) members.emplace_back(columns_[i], cells[i]);
    out_ << model::to_json_object(members) << '\n';
  }

  Result<void> end() override {
    out_.flush();
    if (out_.good()) return {};
    return Error{ErrorCode::io, "the lines could not be written completely", {}};
  }

 private:
  std::ostream& out_;
  std::vector<std::string> columns_;
};

}  // namespace

std::unique_ptr<TableWriter> make_ndjson(std::ostream& out) {
  return std::make_unique<Ndjson>(out);
}

}  // namespace qingdan::report
