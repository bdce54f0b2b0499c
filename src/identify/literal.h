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
// A pattern that means exactly these bytes.
[[nodiscard]] std::string as_expression(std::string_view literal);

}  // namespace qingdan::identify
