// literal — bytes that a condition cannot do without, and a search for very many of them at once.
// Both fold ASCII case. Pure.
//
// A field with thousands of rules is cheap because a value holds the literals of only a few: the
// matcher asks the index first and the engines only about the rules that are left.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// Shorter literals stand in too many values to tell rules apart.
inline constexpr std::size_t kLiteralMin = 4;
inline constexpr std::size_t kLiteralMost = 255;  // of which an index makes use

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

// Finds which literals stand in a value in one pass over it: a window of each literal is its key.
//   L1  every group with a literal in the value is reported, in the order of the value, once
//   L2  the work is bounded by length of the value and literals that share a key, not by their
//       number
class LiteralIndex {
 public:
  LiteralIndex() = default;
  // (literal, group); literals as required_literals() gives them. Of a longer one its first
  // kLiteralMost bytes are looked for.
  explicit LiteralIndex(std::vector<std::pair<std::string, std::uint32_t>> literals);

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  // False where more than `max` groups are in `folded`, a value in lower case.
  bool find(std::string_view folded, std::size_t max, std::vector<std::uint32_t>& groups) const;

  void save(ByteWriter& out) const;
  // nullopt where the bytes are not what save() writes, or a group is not below `groups`.
  [[nodiscard]] static std::optional<LiteralIndex> load(ByteReader& in, std::size_t groups);

 private:
  // A literal as a search meets it: most are told off without a look at their text. Small, as
  // thousands do not fit into the nearest cache.
  struct Entry {
    std::uint64_t key{0};          // up to eight bytes of it
    std::uint32_t text{0};         // in texts_
    std::uint32_t first_group{0};  // in groups_
    std::uint16_t group_count{0};
    std::uint8_t key_size{0};
    std::uint8_t size{0};
    std::uint8_t offset{0};  // of the key in the literal
  };
  struct Bucket {
    std::uint32_t begin{0};  // what the keys begin with
    std::uint32_t first{0};  // in entries_
    std::uint32_t count{0};  // 0 = free
  };
  // A window whose bit is set; what begins there; an entry whose key stands there. Thousands are
  // written every second that nobody reads: they begin as they are.
  struct Spot {
    std::uint32_t at, hash;
  };
  struct Known {
    std::uint32_t at, first, count;  // in entries_
  };
  struct Like {
    std::uint32_t at, entry;
  };
  void look_up(std::string_view folded, std::span<const Spot> spots,
               std::vector<std::uint32_t>& groups) const;
  void report(std::string_view folded, std::span<const Like> likes,
              std::vector<std::uint32_t>& groups) const;
  void set_key(Entry& entry) const;
  void fill_table();

  std::vector<Entry> entries_;         // those whose keys begin alike beside each other
  std::string texts_;                  // of all literals
  std::vector<std::uint32_t> groups_;  // of all literals
  std::vector<Bucket> table_;          // open addressing, a power of two
  // One bit for each hash of what keys begin with: tells most values off. The uppermost six bits
  // of a hash choose it, the lowest its word.
  std::vector<std::uint64_t> bits_;
};

}  // namespace qingdan::identify
