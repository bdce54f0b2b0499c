// clock — the machine's clocks, and their spelling for people and programs.
#include "qingdan/base/clock.h"

#include <fmt/format.h>

#include <ctime>

namespace qingdan {
namespace {

std::tm local_parts(UnixMillis time) {
  const std::time_t seconds = static_cast<std::time_t>(
      time.value >= 0 ? time.value / 1000 : (time.value - 999) / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(UnixMillis time, const char* pattern) {
  if (time.value == 0) return {};
  const std::tm parts = local_parts(time);
  char buffer[64];
  const std::size_t size = std::strftime(buffer, sizeof buffer, pattern, &parts);
  return std::string(buffer, size);
}

}  // namespace

UnixMillis SystemClock::now() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

void VirtualClock::advance(std::chrono::nanoseconds by) {
  QD_EXPECTS(by.count() >= 0);
  steady_ += by;
  remainder_ += by;
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(remainder_);
  remainder_ -= whole;
  now_ = now_ + whole;
}

std::string format_rfc3339(UnixMillis time) {
  if (time.value == 0) return {};
  const long offset = local_parts(time).tm_gmtoff / 60;
  return formatted(time, "%Y-%m-%dT%H:%M:%S") +
         fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
}

std::string format_local(UnixMillis time) { return formatted(time, "%Y-%m-%d %H:%M:%S"); }

std::string format_date(UnixMillis time) { return formatted(time, "%Y-%m-%d"); }

}  // namespace qingdan
