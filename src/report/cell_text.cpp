// cell_text — what banners, titles and certificates may contain, and what a cell may.
#include "report/cell_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/text.h"

namespace qingdan::report {
namespace {

constexpr std::size_t kCellUnits = 32'767;  // UTF-16 units of a cell, Excel's documented limit
constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The character at `at` of valid UTF-8, and its length.
struct Character {
  std::uint32_t point{0};
  std::size_t size{1};
};

Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const auto first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (first < 0xF0) return {(first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {(first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F),
          4};
}

struct Span {
  std::uint32_t first, last;
};

template <std::size_t N>
bool in(const std::array<Span, N>& spans, std::uint32_t point) {
  return std::any_of(spans.begin(), spans.end(),
                     [point](Span span) { return span.first <= point && point <= span.last; });
}

// Not allowed in XML 1.0 §2.2, or turning the reading direction (UAX #9 §2) so that a name reads
// as another one.
constexpr std::array<Span, 10> kUnfit{{{0x00, 0x08},
                                       {0x0B, 0x1F},
                                       {0x7F, 0x9F},
                                       {0x200E, 0x200F},
                                       {0x2028, 0x202E},
                                       {0x2066, 0x2069},
                                       {0xFEFF, 0xFEFF},
                                       {0xFFF9, 0xFFFB},
                                       {0xFFFE, 0xFFFF},
                                       {0xE0000, 0xE007F}}};

// East Asian Width W and F (UAX #11), in the coarse blocks that terminals use.
constexpr std::array<Span, 14> kWide{{{0x1100, 0x115F},
                                      {0x231A, 0x231B},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0x9FFF},
                                      {0xA000, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};
constexpr std::array<Span, 6> kNoWidth{{{0x0300, 0x036F},
                                        {0x200B, 0x200D},
                                        {0x20D0, 0x20FF},
                                        {0xFE00, 0xFE0F},
                                        {0xFE20, 0xFE2F},
                                        {0xE0100, 0xE01EF}}};

std::size_t width_of(std::uint32_t point) {
  if (point < 0x300) return 1;
  if (in(kNoWidth, point)) return 0;
  return in(kWide, point) ? 2 : 1;
}

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto character = character_at(text, i);
    units += character.point > 0xFFFF ? 2 : 1;
    i += character.size;
  }
  return units;
}

bool is_xstring_escape(std::string_view text) {
  return text.size() >= 7 && text[0] == '_' && text[1] == 'x' && text[6] == '_' &&
         std::all_of(text.begin() + 2, text.begin() + 6,
                     [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

bool begins_dangerously(std::string_view text) {
  constexpr std::string_view kDangerous = "=+-@\t\r'";
  return !text.empty() && kDangerous.find(text[0]) != std::string_view::npos;
}

}  // namespace

std::string clean_text(std::string_view text) {
  const std::string valid = is_utf8(text) ? std::string(text) : to_utf8(as_bytes(text), "utf-8");
  std::string clean;
  clean.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size();) {
    const auto character = character_at(valid, i);
    const bool line_end = character.point == '\r' && i + 1 < valid.size() && valid[i + 1] == '\n';
    if (character.point == '\n' || character.point == '\t' || !in(kUnfit, character.point)) {
      clean.append(valid, i, character.size);
    } else if (!line_end) {
      clean += kReplacement;
    }
    i += character.size;
  }
  return clean;
}

std::string cut_for_cell(std::string text) {
  if (text.size() <= kCellUnits || utf16_units(text) <= kCellUnits) return text;
  std::size_t units = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const auto character = character_at(text, end);
    const std::size_t more = character.point > 0xFFFF ? 2 : 1;
    if (units + more > kCellUnits - 1) break;
    units += more;
    end += character.size;
  }
  text.resize(end);
  return text.append(kEllipsis);
}

std::string escape_xstring(std::string text) {
  for (auto at = text.find("_x"); at != std::string::npos; at = text.find("_x", at + 1)) {
    if (!is_xstring_escape(std::string_view(text).substr(at))) continue;
    text.insert(at, "_x005F");
    at += 6;
  }
  return text;
}

std::string protect_formula(std::string text) {
  if (begins_dangerously(text)) text.insert(text.begin(), '\'');
  return text;
}

std::string_view unprotect_formula(std::string_view text) {
  return text.starts_with('\'') ? text.substr(1) : text;
}

std::string mask_contact(std::string_view text) {
  const std::string clean = clean_text(text);
  std::string masked;
  bool in_name = false;
  for (std::size_t i = 0; i < clean.size();) {
    std::size_t digits = 0;
    while (i + digits < clean.size() && clean[i + digits] >= '0' && clean[i + digits] <= '9') {
      ++digits;
    }
    if (digits > 0) {
      const bool number = digits >= 7;
      masked += number ? clean.substr(i, 3) + "****" + clean.substr(i + digits - 4, 4)
                       : std::string(digits, '*');
      i += digits;
      in_name = false;
      continue;
    }
    const auto character = character_at(clean, i);
    const bool separator =
        character.point < 0x80 && !std::isalpha(static_cast<int>(character.point));
    if (separator || !in_name) masked.append(clean, i, character.size);
    if (!separator && !in_name) masked += "**";
    in_name = !separator;
    i += character.size;
  }
  return masked;
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto character = character_at(utf8, i);
    width += width_of(character.point);
    i += character.size;
  }
  return width;
}

namespace {

// The length of what must stay together at the start of `text`: a word, or one character.
std::size_t unit_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const auto character = character_at(text, size);
    const bool parts = character.point == ' ' || width_of(character.point) == 2;
    if (parts) return size == 0 ? character.size : size;
    size += character.size;
  }
  return size;
}

std::size_t wrapped_paragraph(std::string_view text, double width) {
  const auto limit = std::max<std::size_t>(static_cast<std::size_t>(width), 2);
  std::size_t lines = 1;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto size = unit_size(text);
    const auto wide = display_width(text.substr(0, size));
    const bool space = text[0] == ' ';
    text.remove_prefix(size);
    if (used + wide <= limit) {
      used += wide;
      continue;
    }
    if (space) continue;  // hangs over the end
    if (used > 0) ++lines;
    lines += (wide - 1) / limit;
    used = (wide - 1) % limit + 1;
  }
  return lines;
}

}  // namespace

std::size_t wrapped_lines(std::string_view utf8, double width) {
  std::size_t lines = 0;
  for (const auto paragraph : split(utf8, '\n')) lines += wrapped_paragraph(paragraph, width);
  return lines;
}

std::string cut_for_width(std::string_view utf8, std::size_t width) {
  if (display_width(utf8) <= width) return std::string(utf8);
  if (width == 0) return {};
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < utf8.size()) {
    const auto character = character_at(utf8, end);
    if (used + width_of(character.point) > width - 1) break;
    used += width_of(character.point);
    end += character.size;
  }
  return std::string(utf8.substr(0, end)).append(kEllipsis);
}

}  // namespace qingdan::report
