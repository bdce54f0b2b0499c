// A pattern as a program and as PCRE2 has it, to be asked the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "identify/engines.h"
#include "identify/program.h"

namespace qingdan::identify::test {

// What was caught; nothing where the pattern does not match.
using Found = std::optional<Captures>;

class Judges {
 public:
  explicit Judges(std::string pattern) : pattern_(std::move(pattern)) {
    start_ = programs_.add(pattern_);
  }
  [[nodiscard]] bool has_program() const { return start_ != 0; }

  // Nothing where the program leaves the value to PCRE2.
  std::optional<Found> by_program(std::string_view value) {
    subject_.assign(value);
    const auto answer = programs_.run(start_, subject_, room_);
    if (answer == Programs::Answer::unsure) return std::nullopt;
    if (answer == Programs::Answer::no) return Found();
    Captures captures;
    programs_.captures(start_, value, room_, [&](auto name, auto bytes) {
      put_capture(captures, captures.size(), name, bytes);
    });
    return Found(captures);
  }
  // Nothing where it refuses the pattern.
  std::optional<Found> by_pcre2(std::string_view value) {
    const auto* captor = ready_captor(captor_, pattern_);
    if (captor == nullptr) return std::nullopt;
    Captures captures;
    if (!cut_captures(value, *captor, engines_, captures)) return Found();
    return Found(captures);
  }

 private:
  std::string pattern_;
  Programs programs_;
  ProgramStart start_ = 0;
  ProgramRoom room_;
  Subject subject_;
  Captor captor_;
  Engines engines_ = make_engines(nullptr, 0);
};

}  // namespace qingdan::identify::test
