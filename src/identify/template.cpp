// template — parsing and filling of rule templates.
#include "qingdan/identify/template.h"

#include <algorithm>
#include <array>

#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

constexpr std::array<std::string_view, 5> kFilters{"dots", "lower", "upper", "squash", "map"};

Error bad(std::string text) { return {ErrorCode::input, std::move(text), ""}; }

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string upper_ascii(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

const std::string* find_capture(const Captures& captures, std::string_view name) {
  for (const auto& [key, value] : captures) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace

Result<Template::Piece> Template::parse_hole(std::string_view hole) {
  const auto words = split(hole, '|');
  Piece piece;
  if (!is_name(words.front())) return bad("\"{" + std::string(hole) + "}\" names no capture");
  piece.capture = std::string(words.front());
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (std::find(kFilters.begin(), kFilters.end(), words[i]) == kFilters.end()) {
      return bad("unknown filter \"" + std::string(words[i]) +
                 "\"; there are dots, lower, upper, squash, map");
    }
    piece.filters.emplace_back(words[i]);
  }
  return piece;
}

Result<Template> Template::parse(std::string_view text) {
  Template result;
  result.text_ = std::string(text);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find_first_of("{}", at);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (text[open] == '}' || close == std::string_view::npos) {
      return bad("braces of \"" + result.text_ + "\" do not match");
    }
    if (open > at) result.pieces_.push_back({std::string(text.substr(at, open - at)), {}, {}});
    auto piece = parse_hole(text.substr(open + 1, close - open - 1));
    if (!piece) return piece.error();
    result.pieces_.push_back(std::move(*piece));
    at = close + 1;
  }
  if (at < text.size()) result.pieces_.push_back({std::string(text.substr(at)), {}, {}});
  result.is_capture_ = result.pieces_.size() == 1 && !result.pieces_.front().capture.empty() &&
                       result.pieces_.front().filters.empty();
  return result;
}

std::vector<std::string> Template::captures() const {
  std::vector<std::string> names;
  for (const auto& piece : pieces_) {
    if (!piece.capture.empty()) names.push_back(piece.capture);
  }
  return names;
}

std::string Template::apply(const Piece& piece, std::string value, const ValueMaps& maps) {
  for (const auto& filter : piece.filters) {
    if (filter == "dots") {
      std::replace(value.begin(), value.end(), '_', '.');
    } else if (filter == "lower") {
      value = to_lower_ascii(value);
    } else if (filter == "upper") {
      value = upper_ascii(std::move(value));
    } else if (filter == "squash") {
      value = to_lower_ascii(value);
      std::replace_if(
          value.begin(), value.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
    } else {
      const auto map = maps.find(piece.capture);
      if (map == maps.end()) return {};
      const auto found = map->second.find(value);
      value = found == map->second.end() ? std::string() : found->second;
    }
  }
  return value;
}

std::string Template::expand(const Captures& captures, const ValueMaps& maps) const {
  std::string out;
  expand(captures, maps, out);
  return out;
}

void Template::expand(const Captures& captures, const ValueMaps& maps, std::string& out) const {
  out.clear();
  if (is_capture_) {
    const auto name = std::string_view(text_).substr(1, text_.size() - 2);
    if (const auto* value = find_capture(captures, name)) out = *value;
    return;
  }
  for (const auto& piece : pieces_) {
    if (piece.capture.empty()) {
      out += piece.literal;
      continue;
    }
    const auto* value = find_capture(captures, piece.capture);
    const auto filled = value == nullptr || value->empty() ? "" : apply(piece, *value, maps);
    if (filled.empty()) return out.clear();
    out += filled;
  }
}

}  // namespace qingdan::identify
