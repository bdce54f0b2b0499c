// learn_shape — what several values have in common, as a pattern; examples without real addresses.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qingdan::identify {

// True where a word of it has a digit or is a name of a host: it may be another one tomorrow.
[[nodiscard]] bool has_variable_word(std::string_view text);

struct Shape {
  std::string pattern;      // without anchors; it begins where the values begin
  bool whole{false};        // and ends where they end; long values are given by their beginning
  bool has_version{false};  // it captures `version`
  std::string other;        // the first value with its most telling word or byte changed
};
// `values`: trimmed, each once. nullopt where they differ in more than words with digits, or hold
// no word that tells.
[[nodiscard]] std::optional<Shape> shape_of(const std::vector<std::string>& values);

// Of bytes that are no text: those that all begin with. `services` = how many sent the values.
// nullopt for text, where that is too little to tell them, and of a single service, which does not
// show what is constant.
[[nodiscard]] std::optional<Shape> beginning_of(const std::vector<std::string>& values,
                                                std::size_t services);

// The text with its longest word changed; nullopt where it has none of three letters.
[[nodiscard]] std::optional<std::string> changed_text(const std::string& text);

// Addresses become those of 192.0.2.0/24 (RFC 5737), names of hosts one of .test (RFC 6761).
[[nodiscard]] std::string without_names(const std::string& text);

}  // namespace qingdan::identify
