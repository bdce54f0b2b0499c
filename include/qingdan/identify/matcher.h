// matcher — which conditions hold on the value of a field, and what their captures caught.
//
// In a field with many rules a short value is asked only of those whose literals stand in it
// (literal_index.h), or that begin as it does (begin_index.h), and whose marks it has (marks.h).
// These are decided by programs made of the patterns (program.h), or by PCRE2 under match and heap
// limits; general rules only where nothing better held (decision 0016). In a long value vectorscan
// finds in linear time what may hold, with one database per field, which knows only the literals
// that a pattern is picked by. The few conditions of a small field are asked one by one (decision
// 0015). `equals` is a hash look-up. With its own field_plan the only user of the engines.
//   M1  an answer depends on field, value and rules alone; not on order or on what was asked before
//   M2  values longer than cap_of(field) are cut before matching
//   M3  a pattern that runs into a limit has not matched
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/result.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// Condition `part` of rule number `rule` holds.
struct Hit {
  std::uint32_t rule{0};
  std::uint16_t part{0};
  Captures captures;
  bool operator==(const Hit&) const = default;
};

// Bytes of a field's value that are looked at.
[[nodiscard]] std::size_t cap_of(std::string_view field);

// Says why both engines do not take the pattern as we use it; nullopt where they do.
[[nodiscard]] std::optional<std::string> find_pattern_fault(const std::string& pattern);

// Number of the first of the values on which PCRE2 exceeds a limit with `pattern` (M3).
[[nodiscard]] std::optional<std::size_t> find_limit(const std::string& pattern,
                                                    std::span<const std::string> values);

// Version of the engines, part of the key of what we store compiled.
[[nodiscard]] std::string engine_version();

// Verdicts on values that come again are kept: of at most kVerdictSlots values of 1 KiB or less,
// and what was caught of them: 16 MiB of values at the most. `none` works out every value anew, to
// measure what that costs.
enum class VerdictMemory : std::uint8_t { none, usual };

class Matcher {
 public:
  // Working memory of one thread: engine scratch, compiled captures, recent verdicts. Never used by
  // two threads at a time; the Matcher itself is immutable and shared.
  class Scratch {
   public:
    explicit Scratch(const Matcher& matcher, VerdictMemory memory = VerdictMemory::usual);
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;
    ~Scratch();

   private:
    friend class Matcher;
    struct State;
    std::unique_ptr<State> state_;
  };

  // Fails where a pattern is refused; the message names the rule.
  [[nodiscard]] static Result<Matcher> build(const std::vector<Rule>& rules);
  // Both as written by save(), for the same rules. An error means: build anew. Whether `plans` are
  // whole is for the caller to know; the engine's databases are checked here, by their own sums.
  [[nodiscard]] static Result<Matcher> load(const std::vector<Rule>& rules, ByteReader& plans,
                                            ByteReader& databases);
  [[nodiscard]] Result<void> save(ByteWriter& plans, ByteWriter& databases) const;

  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  ~Matcher();

  // Hits in the order of the rules, good until the next call with the same scratch, which must have
  // been made for this matcher.
  [[nodiscard]] const std::vector<Hit>& match(std::string_view field, std::string_view value,
                                              Scratch& scratch) const;
  // True where any rule reads the field.
  [[nodiscard]] bool reads(std::string_view field) const;

 private:
  struct State;
  explicit Matcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace qingdan::identify
