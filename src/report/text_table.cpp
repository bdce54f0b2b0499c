// text_table — a table for a terminal. The first rows are held back to find how wide the columns
// must be; then rows pass through.
#include <algorithm>
#include <ostream>

#include "qingdan/base/contract.h"
#include "qingdan/base/text.h"
#include "qingdan/report/table_writer.h"
#include "report/cell_print.h"
#include "report/cell_text.h"

namespace qingdan::report {
namespace {

constexpr std::size_t kMeasuredRows = 1000;
constexpr std::size_t kGap = 2;
// A column is never squeezed below this: shorter texts say nothing.
constexpr std::size_t kMinWidth = 6;

class TextTable final : public TableWriter {
 public:
  TextTable(std::ostream& out, std::size_t width) : out_(out), terminal_(width) {}

  void begin(const std::vector<std::string>& columns) override {
    titles_ = columns;
    right_.assign(columns.size(), true);
  }

  void row(const std::vector<Cell>& cells) override {
    QD_EXPECTS(cells.size() == titles_.size());
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      texts.push_back(escape_untrusted(clean_text(plain_text(cells[i])), 4096));
      if (std::holds_alternative<std::string>(cells[i])) right_[i] = false;
    }
    if (!measured_) {
      held_.push_back(std::move(texts));
      if (held_.size() >= kMeasuredRows) release();
      return;
    }
    print(texts);
  }

  Result<void> end() override {
    if (!measured_) release();
    out_.flush();
    if (out_.good()) return {};
    return Error{ErrorCode::io, "the table could not be written completely", {}};
  }

 private:
  void release() {
    measured_ = true;
    for (const auto& title : titles_) widths_.push_back(display_width(title));
    for (const auto& texts : held_) {
      for (std::size_t i = 0; i < texts.size(); ++i) {
        widths_[i] = std::max(widths_[i], display_width(texts[i]));
      }
    }
    squeeze();
    print(titles_);
    for (const auto& texts : held_) print(texts);
    held_.clear();
  }

  // Takes columns from the widest until the terminal is wide enough.
  void squeeze() {
    const auto total = [&] {
      std::size_t sum = widths_.empty() ? 0 : kGap * (widths_.size() - 1);
      for (const auto width : widths_) sum += width;
      return sum;
    };
    while (terminal_ != 0 && total() > terminal_) {
      const auto widest = std::max_element(widths_.begin(), widths_.end());
      if (*widest <= kMinWidth) return;
      --*widest;
    }
  }

  void print(const std::vector<std::string>& texts) {
    std::string line;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto text = cut_for_width(texts[i], widths_[i]);
      const std::string padding(widths_[i] - std::min(widths_[i], display_width(text)), ' ');
      if (i > 0) line.append(kGap, ' ');
      line += right_[i] ? padding + text : text + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ << line << '\n';
  }

  std::ostream& out_;
  std::size_t terminal_;
  std::vector<std::string> titles_;
  std::vector<std::size_t> widths_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> held_;
  bool measured_{false};
};

}  // namespace

std::unique_ptr<TableWriter> make_text_table(std::ostream& out, std::size_t width) {
  return std::make_unique<TextTable>(out, width);
}

}  // namespace qingdan::report
