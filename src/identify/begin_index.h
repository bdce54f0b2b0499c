// begin_index — conditions by how the values begin that they can hold on. Immutable once made.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "identify/literal.h"
#include "identify/subject.h"
#include "identify/window.h"

namespace qingdan::identify {

// The first four bytes of a value in lower case, as window_at() has them, and which of them are
// known (bit n: byte n).
struct First {
  std::uint32_t bytes{0};
  std::uint8_t known{0};
  [[nodiscard]] bool fits(std::uint32_t value) const { return (value & kMasks[known]) == bytes; }
  [[nodiscard]] bool is_whole() const { return known == kMasks.size() - 1; }

 private:
  static constexpr auto kMasks = [] {
    std::array<std::uint32_t, 1 << kWindow> masks{};
    for (std::uint32_t set = 0; set < masks.size(); ++set) {
      for (std::size_t n = 0; n < kWindow; ++n) masks[set] |= (set >> n & 1) * (0xFFU << 8 * n);
    }
    return masks;
  }();
};
// Of a shorter value the rest is zero: no value that a pattern may begin with has such a byte.
[[nodiscard]] inline std::uint32_t first_of(const Subject& subject) {
  static_assert(Subject::kBehind >= kWindow);
  return window_at(subject.folded().data());
}

// Conditions by the first four bytes of the values, or the first two where not all are known.
class BeginIndex {
 public:
  struct Entry {
    First first;  // beside it, as most are told off by that
    std::uint32_t atom{0};
  };
  BeginIndex() = default;
  // (condition, how it begins, the same in lower case). Those that allow too many pairs of bytes
  // are found by any value that fits the latter.
  struct Member {
    std::uint32_t atom;
    const Beginning* begin;
    First first;
  };
  explicit BeginIndex(const std::vector<Member>& members);

  // Fetches what find() will look at first.
  void fetch(const Subject& subject) const {
    if (offsets_.empty()) return;
    __builtin_prefetch(&offsets_[slot_of(subject)]);
    __builtin_prefetch(&offsets_[slot_of(first_of(subject))]);
  }
  // May give one that does not fit; never one twice.
  void find(const Subject& subject, std::vector<std::uint32_t>& atoms) const;

 private:
  static constexpr std::size_t kPairSlots = 4096;  // a power of two
  static constexpr std::size_t kPairsMax = 256;
  static std::size_t slot_of(std::size_t first, std::size_t second) {
    return (first << 6 ^ second) % kPairSlots;
  }
  [[nodiscard]] std::size_t slot_of(std::uint32_t four) const {
    return kPairSlots + (hash_of_window(four) & (four_slots_ - 1));
  }
  static std::size_t slot_of(const Subject& subject) {
    const auto window = window_at(subject.value().data());
    return slot_of(window & 0xFF, window >> 8 & 0xFF);
  }
  void add_fitting(std::size_t from, std::size_t to, std::uint32_t first,
                   std::vector<std::uint32_t>& atoms) const;

  // Of each slot beside each other, from its number in offsets_ on; of any value behind the last.
  std::size_t four_slots_ = 1;          // a power of two
  std::vector<std::uint32_t> offsets_;  // one more than slots, or none
  std::vector<Entry> entries_;
};

}  // namespace qingdan::identify
