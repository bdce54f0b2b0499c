// cell_print — see the header.
#include "report/cell_print.h"

#include <array>
#include <charconv>

namespace qingdan::report {

std::string plain_text(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *real).ptr;
    return std::string(buffer.data(), end);
  }
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "true" : "false";
  if (const auto* json = std::get_if<RawJson>(&cell)) return json->text;
  return {};
}

}  // namespace qingdan::report
