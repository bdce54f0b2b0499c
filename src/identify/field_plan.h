// field_plan — how the conditions on one field are laid out for the engines: what vectorscan is to
// know, what is picked by literals and beginnings, what is asked directly. Made once per rule base
// and kept with it; matcher.cpp asks by it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "identify/engines.h"
#include "identify/literal.h"
#include "identify/marks.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// The first four bytes of a value in lower case, and which of them are known.
struct First {
  std::uint32_t bytes{0}, known{0};
  [[nodiscard]] bool fits(std::uint32_t value) const { return (value & known) == bytes; }
};
// Zeros where the value is shorter: no value that a pattern may begin with is one.
[[nodiscard]] inline std::uint32_t first_of(std::string_view folded) {
  std::uint32_t four = 0;
  std::memcpy(&four, folded.data(), std::min(folded.size(), sizeof four));
  return four;
}

// One condition as the engines know it; small, as every match touches one.
struct Atom {
  std::uint32_t rule{0};
  std::uint16_t part{0};
  bool pattern : 1 {false};
  bool captures : 1 {false};
  bool loose : 1 {false};                   // of a pattern: `all` knows only its literals
  bool classed : 1 {false};                 // its beginning says more than `first`
  std::uint8_t settles{0}, last_resort{0};  // the rule's own
  std::uint32_t captor{0};                  // of a pattern, over all fields
  std::uint32_t begin{0};  // of an anchored pattern, in Field::beginnings; 0 = anything
  First first{};           // of the same: what it says of single bytes in lower case
  std::uint32_t need{0};   // of a pattern, the first in Field::needs
  std::uint32_t needs{0};  // how many, of which a value must meet one; 0 = anything does
};

// The rarest marks of one alternative of a pattern, the last one again where it has fewer.
using Need = std::array<Mark, 6>;

// Conditions by the first two bytes of the values that they can hold on.
class BeginIndex {
 public:
  // EXPECTS in the order of their numbers. Those that allow too many pairs are found by any value
  // that fits `first`.
  void add(std::uint32_t atom, const Beginning& begin, First first);
  // `folded` is the value in lower case. May give one that does not fit; never one twice.
  void find(std::string_view value, std::string_view folded,
            std::vector<std::uint32_t>& atoms) const;

 private:
  struct Entry {
    First first;  // beside it, as most are told off by that
    std::uint32_t atom{0};
  };
  static constexpr std::size_t kSlots = 4096;  // a power of two
  static constexpr std::size_t kPairsMax = 256;
  static std::size_t slot_of(std::size_t first, std::size_t second) {
    return (first << 6 ^ second) % kSlots;
  }
  std::vector<std::vector<Entry>> slots_;
  std::vector<Entry> wide_;
};

// What picks conditions: literals they cannot do without, or of anchored patterns how they begin.
struct Picks {
  LiteralIndex index;
  std::vector<std::uint32_t> unlisted;  // anchored ones without literals
  BeginIndex begins;                    // the same, indexed
  [[nodiscard]] bool empty() const { return index.empty() && unlisted.empty(); }
};

// All that is asked of the values of one field.
struct Field {
  std::vector<Atom> atoms;
  Database all;  // of what is neither `equals` nor asked directly
  // Few conditions are asked one by one, in place of a database of their own: vectorscan 5.4.9
  // loses matches of small sets on processors with AVX-512.
  std::vector<std::uint32_t> direct;
  std::vector<std::uint32_t> direct_patterns;                       // of these, and
  std::vector<std::pair<std::string, std::uint32_t>> direct_texts;  // in lower case
  // Of a field with many rules: last resorts lie apart, as most values never come to them.
  bool picks{false};
  Picks first;
  std::array<Picks, 7> last;                          // by Rule::last_resort less one
  std::vector<Beginning> beginnings = {Beginning()};  // the first: of anything
  std::vector<Need> needs;
  Database others;
  std::unordered_map<std::string, std::vector<std::uint32_t>> equals;  // lower-case value -> atoms
  std::uint64_t equals_lengths{0};  // bit n: one of them has n bytes, modulo 64
};

using Fields = std::map<std::string, Field, std::less<>>;

// Index of all conditions by field; the plans are left empty. `captures` by Atom::captor.
void index_rules(const std::vector<Rule>& rules, Fields& fields,
                 std::vector<CaptureSpec>& captures);

// Plans the field and compiles its databases. An error names the rule that vectorscan refuses.
[[nodiscard]] Result<void> build_field(Field& field, const std::vector<Rule>& rules);
// The same of all, side by side; build_fields.cpp.
[[nodiscard]] Result<void> build_fields(Fields& fields, const std::vector<Rule>& rules);

// The plan without the databases: reading thousands of patterns takes longer than all else of
// opening the rules.
void save_plan(const Field& field, ByteWriter& out);
[[nodiscard]] bool load_plan(Field& field, const std::vector<Rule>& rules, ByteReader& in);

}  // namespace qingdan::identify
