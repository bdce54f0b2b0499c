// program_code — the instructions of programs: program_writer.cpp writes what program.cpp runs.
#pragma once

#include <cstdint>

namespace qingdan::identify::program {

using Word = std::uint64_t;

// A program: a head, the numbers of its captures' names (a byte each), instructions.
//   head  anchored : 1, set its matches begin with : 16 from bit 8, captures : 8 from bit 32,
//         least bytes of a match : 16 from bit 40
// An instruction: operation in bits 0–7, flags 8–15, `a` 16–31, `b` 32–63.
enum class Op : std::uint8_t {
  text,         // a = length; then the bytes, in whole words
  folded_text,  // the same, looked for in the value in lower case
  byte,         // a = set
  loop,         // a = set; then a word: set that may follow, least << 16, most << 32
  branch,       // a = set that this way begins with; b = the other way
  choose,       // a = how many ways, at most kWaysMost; then two to a word: see Alternative
  jump,         // b = where
  mark,         // a = which of the marks is here
  begin,
  end,
  line_begin,
  line_end,
  boundary,
  no_boundary,
  done
};

inline constexpr std::uint32_t kHeadWords = 2;
inline constexpr std::uint32_t kSetsMost = 0x10000;

// Flags of loop and branch.
inline constexpr std::uint32_t kSure = 1;   // no other way could lead on
inline constexpr std::uint32_t kLazy = 2;   // loop: as few as lead on
inline constexpr std::uint32_t kAtEnd = 4;  // branch: this way, and loop: what follows, may begin
                                            // at the end of the value

[[nodiscard]] constexpr Word instruction(Op op, std::uint32_t flags = 0, std::uint32_t a = 0,
                                         std::uint32_t b = 0) {
  return static_cast<Word>(op) | Word{flags} << 8 | Word{a} << 16 | Word{b} << 32;
}
[[nodiscard]] constexpr Op op_of(Word word) { return static_cast<Op>(word & 0xFF); }
[[nodiscard]] constexpr std::uint32_t flags_of(Word word) { return word >> 8 & 0xFF; }
[[nodiscard]] constexpr std::uint32_t a_of(Word word) { return word >> 16 & 0xFFFF; }
[[nodiscard]] constexpr std::uint32_t b_of(Word word) {
  return static_cast<std::uint32_t>(word >> 32);
}
// A way that a choice may take: the set it begins with, where it is, and whether it may begin at
// the end of the value.
inline constexpr std::size_t kWaysMost = 32;
struct Alternative {
  std::uint16_t set{0};
  std::uint16_t target : 15 {0};
  std::uint16_t at_end : 1 {0};
};
static_assert(2 * sizeof(Alternative) == sizeof(Word));

// Words that a text of `length` bytes takes.
[[nodiscard]] constexpr std::uint32_t words_of(std::uint32_t length) { return (length + 7) / 8; }

}  // namespace qingdan::identify::program
