// template — short texts with {capture} and {capture|filter} in them, as rules write versions and
// names: "{version}", "Windows Server {build|map}". Pure.
//
// A template with a capture that took no part in the match gives nothing, rather than half a text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/result.h"

namespace qingdan::identify {

// Name, a text of the pattern's owner, and value.
using Captures = std::vector<std::pair<std::string_view, std::string>>;
using ValueMaps = std::map<std::string, std::map<std::string, std::string>>;  // by capture

class Template {
 public:
  Template() = default;
  // An error says which part is wrong; unknown filters are refused.
  [[nodiscard]] static Result<Template> parse(std::string_view text);

  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }
  // Names of the captures it reads; those read through `map` alone count too.
  [[nodiscard]] std::vector<std::string> captures() const;
  [[nodiscard]] std::string expand(const Captures& captures, const ValueMaps& maps) const;
  // Over what stands in `out`, whose room is reused.
  void expand(const Captures& captures, const ValueMaps& maps, std::string& out) const;
  bool operator==(const Template& other) const { return text_ == other.text_; }

 private:
  struct Piece {
    std::string literal;  // where `capture` is empty
    std::string capture;
    std::vector<std::string> filters;
  };
  static Result<Piece> parse_hole(std::string_view hole);
  static std::string apply(const Piece& piece, std::string value, const ValueMaps& maps);

  std::string text_;
  std::vector<Piece> pieces_;
  bool is_capture_{false};  // and nothing else: most are
};

}  // namespace qingdan::identify
