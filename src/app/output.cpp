// output — see output.h.
#include "app/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "qingdan/base/text.h"

namespace qingdan::app {

namespace {

// 0 = no terminal: nothing is cut.
std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

Format format_of(const Invocation& invocation) {
  if (invocation.format) return *invocation.format;
  return isatty(STDOUT_FILENO) == 1 ? Format::table : Format::jsonl;
}

Output::Output(const Invocation& invocation, const std::vector<std::string>& columns) {
  switch (format_of(invocation)) {
    case Format::table:
      writer_ = report::make_text_table(std::cout, terminal_width());
      break;
    case Format::jsonl:
      writer_ = report::make_ndjson(std::cout);
      break;
    case Format::csv:
      writer_ = report::make_csv(std::cout, report::Encoding::utf8);
      break;
  }
  writer_->begin(columns);
}

Result<void> Output::done() {
  if (auto ended = writer_->end(); !ended) {
    return Error{ErrorCode::io, "standard output did not take all data (disk full, or closed)", ""};
  }
  return {};
}

void print_error(const Error& error, bool with_trail) {
  // Names of files and foreign words may stand in the text; it must stay one line.
  std::string line = escape_untrusted(error.text, 2000);
  if (with_trail && !error.trail.empty()) line += " [" + error.trail + "]";
  std::fprintf(stderr, "qingdan: %s\n", line.c_str());
}

int exit_status(const Error& error) {
  return error.code == ErrorCode::usage || error.code == ErrorCode::input ? 2 : 3;
}

std::string plain_text(const model::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* raw = std::get_if<model::RawJson>(&cell)) return raw->text;
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&cell)) return fmt::format("{}", *real);
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "yes" : "no";
  return {};
}

model::Cell text_cell(const std::string& text) {
  if (text.empty()) return std::monostate{};
  return text;
}

model::Cell time_cell(UnixMillis time) { return text_cell(format_rfc3339(time)); }

model::Cell number_cell(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace qingdan::app
