// filing_number — the two numbers a Chinese site must print on its first page: the ICP filing of
// the Ministry of Industry and Information Technology (非经营性互联网信息服务备案管理办法, 2005,
// §13) and that of the public security network police (计算机信息网络国际联网安全保护管理办法).
// They name the operator, so they are evidence of whose a system is.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "qingdan/net/html.h"

namespace qingdan::net {
namespace {

// The one-character names of the provinces, as they open both numbers.
constexpr std::array<std::string_view, 34> kProvinces{
    "京", "津", "沪", "渝", "冀", "豫", "云", "辽", "黑", "湘", "皖", "鲁",
    "新", "苏", "浙", "赣", "鄂", "桂", "甘", "晋", "蒙", "陕", "吉", "闽",
    "贵", "粤", "青", "藏", "川", "宁", "琼", "滇", "陇", "黔"};
constexpr std::size_t kHan = 3;  // bytes of each in UTF-8

std::string_view province_before(std::string_view text, std::size_t at) {
  // "苏 ICP备…" has a space in places.
  while (at > 0 && text[at - 1] == ' ') --at;
  if (at < kHan) return {};
  const auto last = text.substr(at - kHan, kHan);
  const bool known = std::find(kProvinces.begin(), kProvinces.end(), last) != kProvinces.end();
  return known ? last : std::string_view{};
}

// Passes over spaces, wide and hard ones, as characters or as references.
std::string_view skip_gaps(std::string_view text) {
  constexpr std::array<std::string_view, 8> kGaps{" ",        "\t",           "\r",     "\n",
                                                  "\xC2\xA0", "\xE3\x80\x80", "&nbsp;", "&#160;"};
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto gap : kGaps) {
      if (text.starts_with(gap)) {
        text.remove_prefix(gap.size());
        moved = true;
      }
    }
  }
  return text;
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

struct Shape {
  std::string_view mark;      // what follows the province's character
  std::string_view spelling;  // the mark as officially written
  std::size_t digits_min, digits_max;
};

// What follows the mark as "12345678号", or "".
std::string read_number(std::string_view& rest, const Shape& shape) {
  constexpr std::size_t kGapMax = 64;
  rest = skip_gaps(rest.substr(0, kGapMax));
  if (rest.starts_with("第")) rest = skip_gaps(rest.substr(kHan));
  const auto digits = take_digits(rest);
  if (digits.size() < shape.digits_min || digits.size() > shape.digits_max) return {};
  rest = skip_gaps(rest);
  if (!rest.starts_with("号")) return {};
  rest.remove_prefix(kHan);
  return std::string(shape.spelling) + std::string(digits) + "号";
}

}  // namespace

std::string find_icp_number(std::string_view utf8) {
  // Seven or eight digits since 2005; some provinces print six or, with the year, ten.
  for (const auto* mark : {"ICP备", "icp备", "Icp备", "ICP 备"}) {
    const Shape shape{mark, "ICP备", 6, 10};
    for (auto at = utf8.find(mark); at != std::string_view::npos; at = utf8.find(mark, at + 1)) {
      const auto province = province_before(utf8, at);
      if (province.empty()) continue;
      auto rest = utf8.substr(at + shape.mark.size());
      auto number = read_number(rest, shape);
      if (number.empty()) continue;
      number = std::string(province) + number;
      rest = skip_gaps(rest);
      if (rest.starts_with('-')) {
        rest = skip_gaps(rest.substr(1));
        const auto site = take_digits(rest);
        if (!site.empty() && site.size() <= 4) number += '-' + std::string(site);
      }
      return number;
    }
  }
  return {};
}

std::string find_police_number(std::string_view utf8) {
  // Fourteen digits (area code, kind, serial); eleven to thirteen are seen in older ones.
  const Shape shape{"公网安备", "公网安备 ", 11, 14};
  for (auto at = utf8.find(shape.mark); at != std::string_view::npos;
       at = utf8.find(shape.mark, at + 1)) {
    const auto province = province_before(utf8, at);
    if (province.empty()) continue;
    auto rest = utf8.substr(at + shape.mark.size());
    const auto number = read_number(rest, shape);
    if (!number.empty()) return std::string(province) + number;
  }
  return {};
}

}  // namespace qingdan::net
