// time_text — see time_text.h.
#include "app/time_text.h"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace qingdan::app {

Result<UnixMillis> parse_time(const std::string& text, std::string_view option) {
  std::tm parts{};
  int used = 0;
  char between = ' ';
  const char* const raw = text.c_str();
  const auto whole = static_cast<int>(text.size());
  // Each form must use up the text; a later one starts afresh.
  const bool day =
      std::sscanf(raw, "%4d-%2d-%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &used) == 3;
  bool fits = day && used == whole;
  int rest = 0;
  if (day && !fits) {
    fits = std::sscanf(raw + used, "%c%2d:%2d%n", &between, &parts.tm_hour, &parts.tm_min, &rest) ==
               3 &&
           (between == ' ' || between == 'T') && used + rest == whole;
  }
  if (day && !fits) {
    fits = std::sscanf(raw + used, "%c%2d:%2d:%2d%n", &between, &parts.tm_hour, &parts.tm_min,
                       &parts.tm_sec, &rest) == 4 &&
           (between == ' ' || between == 'T') && used + rest == whole;
  }
  std::tm asked = parts;
  asked.tm_year -= 1900;
  asked.tm_mon -= 1;
  asked.tm_isdst = -1;
  std::tm made = asked;
  const auto seconds = fits ? std::mktime(&made) : -1;
  // mktime turns the 31st of a short month into the next one: then there is no such day.
  if (!fits || seconds < 0 || made.tm_mon != asked.tm_mon || made.tm_mday != asked.tm_mday ||
      parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 59) {
    return Error{ErrorCode::usage,
                 fmt::format("{} {}: expected a time such as 2026-11-28 03:20", option, text), ""};
  }
  return UnixMillis{static_cast<std::int64_t>(seconds) * 1000};
}

}  // namespace qingdan::app
