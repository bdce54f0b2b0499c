// learn_text — texts of a proposed rule: the shape that several values share, examples without real
// addresses, TOML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// True where a word of it has a digit or is a name of a host: it may be another one tomorrow.
[[nodiscard]] bool has_variable_word(std::string_view text);

struct Shape {
  std::string pattern;      // anchored at the start, and at the end where the values are short
  bool has_version{false};  // it captures `version`
  std::string other;        // the first value with its most telling word changed
};
// nullopt where the values differ in more than words with digits, or hold no word that tells.
[[nodiscard]] std::optional<Shape> shape_of(const std::vector<std::string>& values);

// The text with its longest word changed; nullopt where it has none of three letters.
[[nodiscard]] std::optional<std::string> changed_text(const std::string& text);

// Addresses become those of 192.0.2.0/24 (RFC 5737), names of hosts one of .test (RFC 6761).
[[nodiscard]] std::string without_names(const std::string& text);

// Files as fingerprints/README.md wants them.
[[nodiscard]] std::string rule_text(const Rule& rule, Role role);
[[nodiscard]] std::string product_text(const Product& product);

}  // namespace qingdan::identify
