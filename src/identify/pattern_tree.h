// pattern_tree — a rule's pattern taken apart, in the dialect of fingerprints/README.md, as PCRE2
// (pcre2pattern(3), without UTF, newline LF, its own tables) understands it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identify/literal.h"

namespace qingdan::identify {

struct PatternNode {
  enum class Kind : std::uint8_t {
    sequence,    // of `parts`; none = the empty text
    choice,      // of `parts`, the first that leads to a match
    byte,        // one of `bytes`
    repeat,      // of its one part
    capture,     // named; its one part. Groups without a name are their content.
    begin,       // of the value
    end,         // of the value, or before a line feed that ends it
    line_begin,  // of the value, or after a line feed that does not end it
    line_end,    // of the value, or before any line feed
    boundary,    // between a byte of a word and another, or none
    no_boundary
  };
  Kind kind{Kind::sequence};
  std::vector<PatternNode> parts;
  ByteSet bytes;
  std::string name;
  int least{1}, most{1};  // most: kMany = any number
  bool lazy{false};
  bool operator==(const PatternNode&) const = default;

  static constexpr int kMany = 65'535;
};

// nullopt where we do not understand it: nothing is then known of the pattern.
[[nodiscard]] std::optional<PatternNode> parse_pattern(std::string_view pattern);

// True where every match begins at the start of the value.
[[nodiscard]] bool is_anchored(const PatternNode& node);

// Bytes that every match of it has at least.
[[nodiscard]] std::size_t least_bytes(const PatternNode& node);

}  // namespace qingdan::identify
