// literal — bytes that a condition cannot do without, in lower case (ASCII). Pure.
//
// A field with thousands of rules is cheap because a value holds the literals of only a few: the
// matcher asks an index of them first (literal_index.h) and the engines only about the rules that
// are left.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// Shorter literals stand in too many values to tell rules apart.
inline constexpr std::size_t kLiteralMin = 4;

// Texts, in lower case, all of kLiteralMin bytes or more.
using Literals = std::vector<std::string>;

// Sets of which every match of `pattern` holds at least one text each, one behind the other in this
// order. Empty where the pattern has no such texts or we do not understand it.
[[nodiscard]] std::vector<Literals> requirements(std::string_view pattern);
// The same for any condition but `equals`.
[[nodiscard]] std::vector<Literals> requirements(const Part& part);
// The set among them with the longest texts.
[[nodiscard]] Literals required_literals(std::string_view pattern);
[[nodiscard]] Literals required_literals(const Part& part);

// The same as requirements(), but in no order, and with alternatives and small classes written out:
// `E[CS]S\d` is twenty texts. For an index, which can take many.
[[nodiscard]] std::vector<Literals> held_texts(const Part& part);

// Chooses, of what a condition requires, what few other conditions of the field require: "version "
// stands in every other value, "versalink" hardly.
class LiteralChooser {
 public:
  void add(
      const std::vector<Literals>& requirements);  // of every condition, before the first choice
  // Empty where nothing is required.
  [[nodiscard]] Literals choose(const std::vector<Literals>& requirements) const;

 private:
  // At most in how many conditions the text stands: by its rarest four bytes.
  [[nodiscard]] std::uint32_t count(const std::string& text) const;
  struct Seen {
    std::uint32_t condition{0};  // that counted last
    std::uint32_t count{0};
  };
  // By hash of four bytes; where two share a place, both seem more common than they are.
  static constexpr std::size_t kSeen = 8191;
  std::vector<Seen> seen_ = std::vector<Seen>(kSeen);
  std::uint32_t conditions_{0};
};

using ByteSet = std::bitset<256>;
// How values begin that a pattern matches: they have at least `size` bytes, of which each is in its
// set.
struct Beginning {
  static constexpr std::size_t kMost = 4;
  std::array<ByteSet, kMost> bytes;
  std::size_t size{0};
  [[nodiscard]] bool fits(std::string_view value) const {
    if (value.size() < size) return false;
    for (std::size_t i = 0; i < size; ++i) {
      if (!bytes[i].test(static_cast<unsigned char>(value[i]))) return false;
    }
    return true;
  }
  bool operator==(const Beginning&) const = default;
};
// Of a pattern all of whose matches begin at the start of the value; nullopt where they do not, may
// be empty, or we do not understand it.
[[nodiscard]] std::optional<Beginning> beginning_of(std::string_view pattern);

// A pattern that means exactly these bytes.
[[nodiscard]] std::string as_expression(std::string_view literal);

}  // namespace qingdan::identify
