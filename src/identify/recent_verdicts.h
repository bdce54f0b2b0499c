// recent_verdicts — what was made of keys that come again, in bounded memory: slots in sets of
// four, by hash, and a newer key takes the place of the oldest of its set. Of one thread.
//
// Once a set is full, only a key that is seen a second time is kept: in traffic that never repeats,
// keeping would cost more than it saves. Keys are compared whole, so that no two are ever confused.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qingdan::identify {

template <class Verdict>
class RecentVerdicts {
 public:
  // At most so many verdicts, rounded up to sets; 0 keeps nothing.
  explicit RecentVerdicts(std::size_t slots)
      : sets_((slots + kWays - 1) / kWays), seen_(4 * sets_.size() * kWays) {}

  struct Place {
    Verdict* verdict{nullptr};  // null: not to be kept
    bool known{false};          // it is the verdict on this key; else the caller writes it there
  };
  [[nodiscard]] bool keeps() const { return !sets_.empty(); }
  // The place is good until the next call.
  Place place_of(std::string_view key) {
    if (sets_.empty()) return {};
    const auto hash = std::hash<std::string_view>{}(key);
    const auto mark = static_cast<std::uint32_t>(hash >> 32);
    auto& set = sets_[hash % sets_.size()];
    for (std::size_t way = 0; way < kWays; ++way) {
      auto& slot = set.slots[way];
      if (slot == nullptr) return take(set, way, mark, key);
      if (set.marks[way] == mark && slot->key == key) return {&slot->verdict, true};
    }
    if (std::exchange(seen_[hash % seen_.size()], mark) != mark) return {};
    return take(set, set.next++ % kWays, mark, key);
  }

 private:
  static constexpr std::size_t kWays = 4;
  struct Slot {
    std::string key;
    Verdict verdict;
  };
  struct Set {
    std::array<std::uint32_t, kWays> marks{};  // upper half of the hashes
    std::array<std::unique_ptr<Slot>, kWays> slots;
    std::uint32_t next{0};
  };
  static Place take(Set& set, std::size_t way, std::uint32_t mark, std::string_view key) {
    auto& slot = set.slots[way];
    if (slot == nullptr) slot = std::make_unique<Slot>();
    set.marks[way] = mark;
    slot->key.assign(key);
    return {&slot->verdict, false};
  }
  std::vector<Set> sets_;
  std::vector<std::uint32_t> seen_;  // marks of recent keys
};

}  // namespace qingdan::identify
