// output — where a command's data goes: the format asked for, standard output, and the one-line
// error.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "qingdan/app/invocation.h"
#include "qingdan/base/result.h"
#include "qingdan/report/table_writer.h"

namespace qingdan::app {

// As asked; else table on a terminal, jsonl otherwise.
[[nodiscard]] Format format_of(const Invocation& invocation);

// A table on standard output, finished by done().
class Output {
 public:
  Output(const Invocation& invocation, const std::vector<std::string>& columns);
  void row(const std::vector<model::Cell>& cells) { writer_->row(cells); }
  // Error io where standard output did not take everything (a full disk; a closed pipe).
  [[nodiscard]] Result<void> done();

 private:
  std::unique_ptr<report::TableWriter> writer_;
};

// "qingdan: <text>" on standard error; the trail is for --verbose.
void print_error(const Error& error, bool with_trail);
[[nodiscard]] int exit_status(const Error& error);

// A cell as a person writes it; "" where absent.
[[nodiscard]] std::string plain_text(const model::Cell& cell);
// Cells: absent where empty or never.
[[nodiscard]] model::Cell text_cell(const std::string& text);
[[nodiscard]] model::Cell time_cell(UnixMillis time);  // RFC 3339
[[nodiscard]] model::Cell number_cell(std::uint64_t number);

}  // namespace qingdan::app
