// program — patterns as small programs that lie side by side. PCRE2's translations are faster once
// they are in the processor's cache, but those of thousands of patterns never are: each is a page
// of machine code, while a program is one or two lines of data. A program holds on exactly the
// values that PCRE2 says the pattern matches, and catches the same; what it cannot be sure of it
// leaves to PCRE2.
//   P1  yes and no are PCRE2's answers (pcre2pattern(3), no flags but the pattern's own)
//   P2  time is bounded by kStepsMost, whatever pattern and value
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "identify/literal.h"
#include "identify/subject.h"
#include "qingdan/base/bytes.h"

namespace qingdan::identify {

// Which of the programs; 0 = none.
using ProgramStart = std::uint32_t;

// Working memory of one thread, and what the last program that held has caught.
class ProgramRoom {
 public:
  static constexpr std::size_t kCapturesMost = 8;

 private:
  friend class Programs;
  friend class ProgramRun;
  // Where to go on, or what to undo, when the way taken leads nowhere.
  struct Way {
    std::uint32_t code, at, low, kind;
  };
  static constexpr std::size_t kWaysMost = 512;
  std::array<Way, kWaysMost> ways_;  // begins as it is
  // Where each capture begins and ends in the value; alike where it took no part.
  std::array<std::uint32_t, 2 * kCapturesMost> marks_{};
};

// Immutable once all are added; shared by threads.
class Programs {
 public:
  enum class Answer : std::uint8_t { no, yes, unsure };
  using Word = std::uint64_t;

  // Steps, each a byte or an instruction looked at, after which an answer is unsure.
  static constexpr std::uint32_t kStepsMost = 20'000;
  static constexpr std::size_t kValueMost = 2048;  // longer values are PCRE2's

  // 0 where the pattern is not of those that programs are made of.
  ProgramStart add(std::string_view pattern);

  // Of a value of at most kValueMost bytes.
  [[nodiscard]] Answer run(ProgramStart start, const Subject& subject, ProgramRoom& room) const;
  // Of a program that has just said yes: take(name, bytes of value) for each group that took part
  // and caught something, in the order of the pattern. Names live as long as the programs.
  template <class Take>
  void captures(ProgramStart start, std::string_view value, const ProgramRoom& room,
                Take take) const {
    const auto names = code_[start + 1];
    const auto count = capture_count(start);
    for (std::size_t i = 0; i < count; ++i) {
      const auto from = room.marks_[2 * i];
      const auto to = room.marks_[2 * i + 1];
      if (to > from)
        take(std::string_view(names_[names >> 8 * i & 0xFF]), value.substr(from, to - from));
    }
  }
  [[nodiscard]] std::size_t capture_count(ProgramStart start) const {
    return code_[start] >> 32 & 0xFF;
  }
  // Brings it nearer: programs of thousands of patterns do not fit into the nearest cache.
  void fetch(ProgramStart start) const {
    constexpr std::size_t kLine = 64 / sizeof(Word);
    __builtin_prefetch(&code_[start]);
    __builtin_prefetch(&code_[std::min(start + kLine, code_.size() - 1)]);
  }

  void save(ByteWriter& out) const;
  // False where the bytes are not whole. Programs are taken as save() wrote them: who loads knows
  // that nobody wrote over them.
  [[nodiscard]] bool load(ByteReader& in);

 private:
  friend class ProgramWriter;
  friend class ProgramRun;
  std::vector<Word> code_ = {0, 0};  // nothing starts at 0
  std::vector<ByteSet> sets_ = {ByteSet().set()};
  std::unordered_map<ByteSet, std::uint32_t> set_numbers_ = {{ByteSet().set(), 0}};  // to add more
  std::vector<std::string> names_;
};

}  // namespace qingdan::identify
