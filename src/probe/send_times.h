// send_times — when was this position last asked? A table of fixed size: a newer position takes the
// slot of an older one, so a round trip is known for what is answered soon and for nothing else.
// Pure; constant memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qingdan/base/clock.h"

namespace qingdan::probe {

class SendTimes {
 public:
  // 2^17 slots: at 600 000 probes a second a slot lives a fifth of a second, at a census' pace for
  // minutes.
  explicit SendTimes(unsigned bits = 17) : slots_(std::size_t{1} << bits), shift_(64 - bits) {}

  // note() will soon be called for it: slots lie anywhere in a table larger than the fast caches.
  void expect(std::uint64_t position) const { __builtin_prefetch(&slots_[slot(position)], 1); }
  void note(std::uint64_t position, int attempt, SteadyTime at) {
    slots_[slot(position)] = {position << 4 | static_cast<std::uint64_t>(attempt & 0xF), at};
  }
  [[nodiscard]] std::optional<SteadyTime> find(std::uint64_t position, int attempt) const {
    const auto& held = slots_[slot(position)];
    const auto key = position << 4 | static_cast<std::uint64_t>(attempt & 0xF);
    if (held.key != key) return std::nullopt;
    return held.at;
  }

 private:
  struct Slot {
    std::uint64_t key{~std::uint64_t{0}};
    SteadyTime at{};
  };
  // Fibonacci hashing (Knuth, TAOCP 3, §6.4): neighbouring positions fall far apart.
  [[nodiscard]] std::size_t slot(std::uint64_t position) const {
    return static_cast<std::size_t>(position * 0x9E37'79B9'7F4A'7C15U >> shift_);
  }
  std::vector<Slot> slots_;
  unsigned shift_;
};

}  // namespace qingdan::probe
