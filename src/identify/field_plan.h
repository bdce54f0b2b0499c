// field_plan — how the conditions on one field are laid out for the engines: what vectorscan is to
// know, what is picked by literals and beginnings, what is asked directly. Made once per rule base
// and kept with it; matcher.cpp asks by it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "identify/begin_index.h"
#include "identify/engines.h"
#include "identify/literal_index.h"
#include "identify/marks.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// The rarest marks of one alternative of a pattern, the last one again where it has fewer.
using Need = std::array<Mark, 6>;

// One condition as the engines know it. Half a line of the processor's cache, and all of what says
// that a condition cannot hold: of most candidates nothing else is looked at.
struct alignas(32) Atom {
  std::uint32_t rule{0};
  std::uint16_t part{0};
  bool pattern : 1 {false};
  bool captures : 1 {false};
  bool loose : 1 {false};                             // of a pattern: `all` knows only its literals
  bool classed : 1 {false};                           // its beginning says more than `first`
  std::uint8_t settles : 3 {0}, last_resort : 3 {0};  // the rule's own
  ProgramStart program{0};                            // of a pattern that has one
  std::uint32_t first_bytes{0};                       // of an anchored pattern
  std::uint8_t first_known{0};                        // the same
  std::uint8_t needs{0};   // of a pattern: of so many a value must meet one; 0 = anything does
  std::uint16_t begin{0};  // of an anchored pattern, in Field::beginnings; 0 = anything
  // What it needs; of several the first's number in Field::needs, upper half first.
  Need need{};

  // What it says of single bytes that values begin with.
  [[nodiscard]] First first() const { return {first_bytes, first_known}; }
  [[nodiscard]] std::size_t first_need() const { return std::size_t{need[0]} << 16 | need[1]; }
};
static_assert(sizeof(Atom) == 32);

// So that a text is found without a copy of it.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// All that is asked of the values of one field.
struct Field {
  std::vector<Atom> atoms;
  std::vector<std::uint32_t> captors;  // of each of them, if a pattern: its number over all fields
  Database all;                        // of what is neither `equals` nor asked directly
  // Few conditions are asked one by one, in place of a database of their own: vectorscan 5.4.9
  // loses matches of small sets on processors with AVX-512.
  std::vector<std::uint32_t> direct;
  std::vector<std::uint32_t> direct_patterns;                       // of these, and
  std::vector<std::pair<std::string, std::uint32_t>> direct_texts;  // in lower case
  // Of a field with many rules: what picks conditions are literals they cannot do without, or of
  // anchored patterns how they begin.
  bool picks{false};
  LiteralIndex index;
  std::vector<std::uint32_t> unlisted;                // anchored ones without literals, in order
  BeginIndex begins;                                  // the same, indexed
  std::vector<Beginning> beginnings = {Beginning()};  // the first: of anything
  std::vector<Need> needs;
  Database others;
  std::unordered_map<std::string, std::vector<std::uint32_t>, TextHash, std::equal_to<>>
      equals;                       // lower-case value -> atoms
  std::uint64_t equals_lengths{0};  // bit n: one of them has n bytes, modulo 64
};

using Fields = std::map<std::string, Field, std::less<>>;

// Index of all conditions by field; the plans are left empty. `patterns` by Field::captors.
void index_rules(const std::vector<Rule>& rules, Fields& fields,
                 std::vector<std::string>& patterns);
// Writes the programs of all patterns that can have one.
void write_programs(Fields& fields, const std::vector<std::string>& patterns, Programs& programs);

// Plans the field and compiles its databases. An error names the rule that vectorscan refuses.
[[nodiscard]] Result<void> build_field(Field& field, const std::vector<Rule>& rules);
// The same of all, side by side; build_fields.cpp.
[[nodiscard]] Result<void> build_fields(Fields& fields, const std::vector<Rule>& rules);

// The plan without the databases: reading thousands of patterns takes longer than all else of
// opening the rules.
void save_plan(const Field& field, ByteWriter& out);
[[nodiscard]] bool load_plan(Field& field, const std::vector<Rule>& rules, ByteReader& in);

}  // namespace qingdan::identify
