// calendar — windows as spans of local time. Spans are made day by day through mktime, so that a
// day with a clock change is as long as it is.
#include "qingdan/targets/calendar.h"

#include <algorithm>
#include <ctime>
#include <vector>

namespace qingdan::targets {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// A window says days of the week, so what does not happen within a week never happens; two more
// for the day before and the day after.
constexpr int kHorizonDays = 9;

struct Span {
  UnixMillis from, to;  // half-open
};

UnixMillis at_local(Day day, std::chrono::seconds since_midnight) {
  std::tm parts{};
  parts.tm_year = static_cast<int>(day.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(day.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(day.day()));
  const auto seconds = static_cast<int>(since_midnight.count());
  parts.tm_hour = seconds / 3600;
  parts.tm_min = seconds / 60 % 60;
  parts.tm_sec = seconds % 60;
  parts.tm_isdst = -1;
  return {static_cast<std::int64_t>(std::mktime(&parts)) * 1000};
}

Day plus(Day day, int count) { return Day{sys_days(day) + days(count)}; }

bool applies(const Window& window, std::string_view zone) {
  return window.zone.empty() || window.zone == zone;
}

bool has_window(const Scope& scope, std::string_view zone) {
  return std::any_of(scope.windows().begin(), scope.windows().end(),
                     [&](const Window& window) { return applies(window, zone); });
}

// The zone's spans around `now`, sorted, touching ones joined.
std::vector<Span> spans_of(const Scope& scope, std::string_view zone, UnixMillis now) {
  const Day today = day_of(now);
  std::vector<Span> spans;
  for (const auto& window : scope.windows()) {
    if (!applies(window, zone)) continue;
    for (int i = -1; i < kHorizonDays; ++i) {
      const Day day = plus(today, i);
      if (!window.days[std::chrono::weekday(sys_days(day)).c_encoding()]) continue;
      const Day last = window.to > window.from ? day : plus(day, 1);
      spans.push_back({at_local(day, window.from), at_local(last, window.to)});
    }
  }
  std::sort(spans.begin(), spans.end(), [](Span a, Span b) { return a.from < b.from; });
  std::vector<Span> joined;
  for (const auto span : spans) {
    if (joined.empty() || span.from > joined.back().to) {
      joined.push_back(span);
    } else {
      joined.back().to = std::max(joined.back().to, span.to);
    }
  }
  return joined;
}

// By the windows alone.
std::optional<UnixMillis> next_window(const Scope& scope, std::string_view zone, UnixMillis now) {
  if (!has_window(scope, zone)) return now;
  for (const auto& span : spans_of(scope, zone, now)) {
    if (span.to > now) return std::max(span.from, now);
  }
  return std::nullopt;
}

std::optional<UnixMillis> window_closing(const Scope& scope, std::string_view zone,
                                         UnixMillis now) {
  if (!has_window(scope, zone)) return std::nullopt;
  for (const auto& span : spans_of(scope, zone, now)) {
    if (span.to <= now) continue;
    if (span.from > now) return now;
    // Windows that follow each other without a gap for a whole week never close.
    if (span.to - now >= days(kHorizonDays - 2)) return std::nullopt;
    return span.to;
  }
  return now;
}

const Blackout* blackout_at(const Scope& scope, UnixMillis now) {
  for (const auto& dark : scope.blackouts()) {
    if (now >= start_of(dark.from) && now < end_of(dark.to)) return &dark;
  }
  return nullptr;
}

}  // namespace

UnixMillis start_of(Day day) { return at_local(day, std::chrono::seconds(0)); }
UnixMillis end_of(Day day) { return start_of(plus(day, 1)); }

Day day_of(UnixMillis time) {
  const auto whole =
      std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(time.value));
  const std::time_t seconds = whole.count();
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return Day{std::chrono::year(parts.tm_year + 1900),
             std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
             std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
}

std::string to_string(Day day) {
  const auto padded = [](unsigned value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
  };
  return std::to_string(static_cast<int>(day.year())) + "-" +
         padded(static_cast<unsigned>(day.month())) + "-" +
         padded(static_cast<unsigned>(day.day()));
}

bool window_open(const Scope& scope, std::string_view zone, UnixMillis now) {
  return next_opening(scope, zone, now) == now;
}

std::optional<UnixMillis> next_opening(const Scope& scope, std::string_view zone, UnixMillis now) {
  // Each turn leaves at least one blackout behind for good.
  auto from = now;
  for (std::size_t i = 0; i <= scope.blackouts().size(); ++i) {
    const auto opening = next_window(scope, zone, from);
    if (!opening) return std::nullopt;
    const auto* dark = blackout_at(scope, *opening);
    if (dark == nullptr) return opening;
    from = end_of(dark->to);
  }
  return std::nullopt;
}

std::optional<UnixMillis> next_valid_opening(const Scope& scope, std::string_view zone,
                                             UnixMillis now) {
  const auto& held = scope.authorisation();
  const auto opening = next_opening(scope, zone, std::max(now, start_of(held.valid_from)));
  if (!opening || *opening >= end_of(held.valid_to)) return std::nullopt;
  return opening;
}

std::optional<UnixMillis> next_closing(const Scope& scope, std::string_view zone, UnixMillis now) {
  if (blackout_at(scope, now) != nullptr) return now;
  auto closing = window_closing(scope, zone, now);
  for (const auto& dark : scope.blackouts()) {
    const auto begins = start_of(dark.from);
    if (begins > now && (!closing || begins < *closing)) closing = begins;
  }
  return closing;
}

Result<void> check_open(const Scope& scope, UnixMillis now) {
  std::optional<UnixMillis> soonest;
  for (const auto& zone : scope.zones()) {
    const auto opening = next_opening(scope, zone, now);
    if (opening && (!soonest || *opening < *soonest)) soonest = opening;
  }
  if (soonest == now) return {};
  const auto* dark = blackout_at(scope, now);
  return Error{
      ErrorCode::refused,
      scope.name() +
          (dark != nullptr ? ": blackout until " + to_string(dark->to) + " (" + dark->reason + ")"
                           : std::string(": outside the time windows")) +
          (soonest ? "; the next one opens at " + format_local(*soonest) : ", and none will open"),
      {}};
}

}  // namespace qingdan::targets
