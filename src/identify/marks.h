// marks — which bytes, and which pairs of neighbours, a pattern cannot do without: three in five of
// the patterns whose literals stand in a value do not hold on it, and most of these are told off by
// a mark that is missing before an engine is asked. Letters count in lower case, digits as one.
// Pure; MarksSeen is one thread's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "identify/literal.h"

namespace qingdan::identify {

// A byte, or by its hash a pair.
using Mark = std::uint16_t;
inline constexpr std::size_t kBytes = 256, kPairs = 4096;  // kPairs: a power of two

[[nodiscard]] constexpr bool is_digit(std::uint8_t byte) {
  return static_cast<std::uint8_t>(byte - '0') <= 9;
}
[[nodiscard]] constexpr std::uint8_t symbol_of(std::uint8_t byte) {
  if (byte >= 'A' && byte <= 'Z') return byte | 0x20U;
  return is_digit(byte) ? std::uint8_t{'0'} : byte;
}
[[nodiscard]] constexpr Mark pair_of(std::uint8_t first, std::uint8_t second) {
  return static_cast<Mark>(kBytes + ((61U * first + second) & (kPairs - 1)));
}

// What every match of a part of a pattern holds, as alternatives of which one does.
class MarksNeeded {
 public:
  // Of what matches the empty text alone.
  MarksNeeded() : terms_(1) {}
  [[nodiscard]] static MarksNeeded of(const ByteSet& one_byte);

  [[nodiscard]] MarksNeeded then(const MarksNeeded& next) const;
  void unite(const MarksNeeded& other);
  // At least `least` and at most `most` in a row.
  [[nodiscard]] MarksNeeded repeated(int least, int most) const;

  // The marks of each alternative, in order; empty where one of them needs none.
  [[nodiscard]] std::vector<std::vector<Mark>> alternatives() const;

 private:
  static constexpr std::size_t kTermsMost = 16;
  static constexpr int kUnknown = -1;
  struct Term {
    std::vector<Mark> needs;              // in order
    int first{kUnknown}, last{kUnknown};  // symbols
    bool empty{true};                     // it matches the empty text alone
    [[nodiscard]] Term then(const Term& next) const;
    void unite(const Term& other);  // of both, what either needs
    bool operator==(const Term&) const = default;
  };
  void collapse();
  std::vector<Term> terms_;
};

// The marks of one value at a time.
class MarksSeen {
 public:
  void read(std::string_view folded) {
    if (++round_ == 0) {
      std::fill(rounds_.begin(), rounds_.end(), std::uint8_t{0});
      round_ = 1;
    }
    // Copies, for what is stored is of a type that could be anything of ours.
    auto* const rounds = rounds_.data();
    const auto round = round_;
    std::uint8_t before = 0;
    for (const char c : folded) {
      const auto byte = static_cast<std::uint8_t>(c);
      const std::uint8_t symbol = is_digit(byte) ? std::uint8_t{'0'} : byte;
      rounds[symbol] = round;
      rounds[pair_of(before, symbol)] = round;
      before = symbol;
    }
  }
  [[nodiscard]] bool has(Mark mark) const { return rounds_[mark] == round_; }
  // Of all of them; without branches, as there are few, and nothing could foretell these.
  template <std::size_t N>
  [[nodiscard]] bool has(const std::array<Mark, N>& marks) const {
    return std::all_of(marks.begin(), marks.end(), [&](Mark mark) { return has(mark); });
  }

 private:
  std::vector<std::uint8_t> rounds_ = std::vector<std::uint8_t>(kBytes + kPairs);
  std::uint8_t round_ = 0;
};

}  // namespace qingdan::identify
