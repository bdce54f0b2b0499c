// clock — time as a parameter. Nothing below app and the seams reads the machine's clock.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

#include "qingdan/base/result.h"

namespace qingdan {

// Milliseconds since 1970-01-01T00:00:00Z; 0 = never.
struct UnixMillis {
  std::int64_t value{0};
  auto operator<=>(const UnixMillis&) const = default;
};
inline UnixMillis operator+(UnixMillis a, std::chrono::milliseconds b) { return {a.value + b.count()}; }
inline std::chrono::milliseconds operator-(UnixMillis a, UnixMillis b) {
  return std::chrono::milliseconds(a.value - b.value);
}

using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UnixMillis now() const = 0;      // may jump
  [[nodiscard]] virtual SteadyTime steady() const = 0;   // never goes back
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UnixMillis now() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

// Stands still until told to move. Not thread-safe.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(UnixMillis start = {1'780'000'000'000}) : now_(start) {}
  [[nodiscard]] UnixMillis now() const override { return now_; }
  [[nodiscard]] SteadyTime steady() const override { return steady_; }
  void advance(std::chrono::nanoseconds by);
  void jump_wall_clock(std::chrono::milliseconds by) { now_ = now_ + by; }

 private:
  UnixMillis now_;
  SteadyTime steady_{};
  std::chrono::nanoseconds remainder_{0};
};

// RFC 3339 in the machine's zone with offset, e.g. 2026-11-22T19:30:03+08:00; "" for never.
[[nodiscard]] std::string format_rfc3339(UnixMillis time);
// 2026-11-22 19:30:03 in the machine's zone, for sheets; "" for never.
[[nodiscard]] std::string format_local(UnixMillis time);
// 2026-11-22 in the machine's zone; "" for never.
[[nodiscard]] std::string format_date(UnixMillis time);

}  // namespace qingdan
