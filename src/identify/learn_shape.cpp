// learn_shape — words and what stands between them, versions among the words.
#include "identify/learn_shape.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "qingdan/base/text.h"
#include "qingdan/net/address.h"

namespace qingdan::identify {
namespace {

// Longer values are given by their beginning.
constexpr std::size_t kShapeMaxBytes = 160;
constexpr std::size_t kTellingMin = 3;  // letters of a word that tells a product
// Letters in a row that bytes of no meaning hardly have.
constexpr std::size_t kTellingRun = 6;
constexpr std::size_t kBeginningMin = 4, kBeginningMost = 64;  // bytes

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool joins(char c) { return c == '.' || c == ':' || c == '-' || c == '_'; }

struct Token {
  std::string_view text;
  bool word{false};
};

// Words as unknown_digest folds them, so that members of a cluster have the same number of them.
std::vector<Token> tokens_of(std::string_view value) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < value.size()) {
    const auto first = at;
    const bool word = is_digit(value[at]) || is_letter(value[at]);
    if (word) {
      while (at < value.size() && (is_digit(value[at]) || is_letter(value[at]) || joins(value[at])))
        ++at;
    } else {
      while (at < value.size() && !is_digit(value[at]) && !is_letter(value[at])) ++at;
    }
    tokens.push_back({value.substr(first, at - first), word});
  }
  return tokens;
}

// "srv1.example.cn": two dots between letters; a version has digits around them.
bool is_host_name(std::string_view word) {
  const auto labels = split(word, '.');
  return labels.size() >= 3 &&
         std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
           return !label.empty() && std::any_of(label.begin(), label.end(), is_letter);
         });
}

bool is_variable(std::string_view word) {
  return std::any_of(word.begin(), word.end(), is_digit) || is_host_name(word);
}

bool is_readable(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte == 0x7F || (byte < 0x20 && c != '\t' && c != '\r' && c != '\n');
         });
}

std::size_t letters_of(std::string_view word) {
  return static_cast<std::size_t>(std::count_if(word.begin(), word.end(), is_letter));
}

std::size_t longest_run(std::string_view word) {
  std::size_t best = 0, run = 0;
  for (const char c : word) {
    run = is_letter(c) && static_cast<unsigned char>(c) < 0x80 ? run + 1 : 0;
    best = std::max(best, run);
  }
  return best;
}

// The word that is most likely a name: of those that do not vary, the one with most letters.
const Token* telling_word(const std::vector<Token>& tokens, bool readable) {
  const Token* best = nullptr;
  for (const auto& token : tokens) {
    if (!token.word || is_variable(token.text)) continue;
    const bool tells =
        readable ? letters_of(token.text) >= kTellingMin : longest_run(token.text) >= kTellingRun;
    if (tells && (best == nullptr || letters_of(token.text) > letters_of(best->text)))
      best = &token;
  }
  return best;
}

std::string with_word_changed(std::string_view text, const Token& word) {
  std::string out(text.substr(0, static_cast<std::size_t>(word.text.data() - text.data())));
  out += word.text == "Example" ? "Another" : "Example";
  return out.append(word.text.data() + word.text.size(), text.data() + text.size());
}

// A value cut to what the pattern describes, at the end of a token.
std::vector<Token> described(const std::string& value, bool& whole) {
  auto tokens = tokens_of(value);
  std::size_t length = 0;
  std::size_t kept = 0;
  while (kept < tokens.size() && length + tokens[kept].text.size() <= kShapeMaxBytes)
    length += tokens[kept++].text.size();
  whole = kept == tokens.size();
  tokens.resize(kept);
  return tokens;
}

// A pattern that means these bytes, as a person would write it in a literal string of TOML.
std::string escaped(std::string_view text) {
  const bool readable = is_utf8(text);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '\'' || (byte >= 0x80 && !readable)) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      if (std::string_view(R"(\.^$|?*+()[]{})").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

// Where a version stands in a word: digits and dots, "3.2.0" of "v3.2.0".
struct Piece {
  std::string_view before, text, after;
};

// "2026.11.29" is a day.
bool is_day(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 3 && parts[0].size() == 4 && parts[1].size() <= 2 &&
         (parts[0].starts_with("19") || parts[0].starts_with("20"));
}

std::optional<Piece> version_in(std::string_view word) {
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (!is_digit(word[at])) continue;
    auto end = at;
    bool dotted = false;
    while (end < word.size()) {
      const bool dot = word[end] == '.' && end + 1 < word.size() && is_digit(word[end + 1]);
      if (!dot && !is_digit(word[end])) break;
      dotted = dotted || dot;
      ++end;
    }
    const auto text = word.substr(at, end - at);
    const bool address = net::parse_address(text) && (at == 0 || !is_letter(word[at - 1]));
    if (dotted && !address && !is_day(text))
      return Piece{word.substr(0, at), text, word.substr(end)};
    at = end;
  }
  return std::nullopt;
}

// Words before a version that are no name.
bool is_word_of_versions(std::string_view word) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"v", "ver", "version", "rel", "release", "rev", "revision", "build"});
  return std::find(kWords.begin(), kWords.end(), to_lower_ascii(word)) != kWords.end();
}
// The version behind them is that of a protocol.
bool is_protocol(std::string_view word) {
  constexpr auto kWords =
      std::to_array<std::string_view>({"http", "rtsp", "sip", "ssh", "tls", "ssl", "rtmp", "icap",
                                       "soap", "xmpp", "protocol", "rfb"});
  return std::find(kWords.begin(), kWords.end(), to_lower_ascii(word)) != kWords.end();
}

// The name that a version at this token follows; "" where no name stands there.
std::string_view name_before(const std::vector<Token>& tokens, std::size_t at, const Piece& piece) {
  auto own = piece.before;
  while (!own.empty() && joins(own.back())) own.remove_suffix(1);
  if (!own.empty() && !is_word_of_versions(own)) return letters_of(own) >= kTellingMin ? own : "";
  while (at-- > 0) {
    if (!tokens[at].word || is_word_of_versions(tokens[at].text)) continue;
    const auto word = tokens[at].text;
    return is_variable(word) || letters_of(word) < kTellingMin ? std::string_view() : word;
  }
  return "";
}

// The tokens of all values, as many of each.
using Columns = std::vector<std::vector<Token>>;

// The piece of each value at this token, where all have one behind the same letters.
std::vector<Piece> pieces_at(const Columns& all, std::size_t at) {
  std::vector<Piece> pieces;
  for (const auto& tokens : all) {
    const auto piece = tokens[at].word ? version_in(tokens[at].text) : std::nullopt;
    if (!piece || (!pieces.empty() && piece->before != pieces.front().before)) return {};
    pieces.push_back(*piece);
  }
  return pieces;
}

// The token that holds the product's version: the first behind a name, else the first that differs.
std::optional<std::size_t> version_token(const Columns& all) {
  std::optional<std::size_t> differing;
  for (std::size_t at = 0; at < all.front().size(); ++at) {
    const auto pieces = pieces_at(all, at);
    if (pieces.empty()) continue;
    const auto name = name_before(all.front(), at, pieces.front());
    if (is_protocol(name)) continue;
    if (!name.empty()) return at;
    const bool differs = std::any_of(pieces.begin(), pieces.end(), [&](const Piece& piece) {
      return piece.text != pieces.front().text;
    });
    if (differs && !differing) differing = at;
  }
  return differing;
}

std::string version_pattern(const std::vector<Piece>& pieces) {
  const auto& first = pieces.front();
  const bool same = std::all_of(pieces.begin(), pieces.end(), [&](const Piece& piece) {
    return piece.after == first.after && !is_variable(piece.after);
  });
  return escaped(first.before) + R"((?P<version>\d+(?:\.\d+)+))" +
         (same ? escaped(first.after) : R"(\S{0,80})");
}

// One token of the pattern, from the same place of every value; nullopt where they do not agree.
std::optional<std::string> token_pattern(const Columns& all, std::size_t at) {
  bool same = true;
  bool variable = all.front()[at].word;
  for (const auto& tokens : all) {
    const auto& token = tokens[at];
    if (token.word != all.front()[at].word) return std::nullopt;
    same = same && token.text == all.front()[at].text;
    variable = variable && is_variable(token.text);
  }
  if (variable) return std::string(R"(\S{1,80})");
  if (!same) return std::nullopt;
  return escaped(all.front()[at].text);
}

// nullopt where whole values differ in the number of their tokens.
std::optional<Columns> columns_of(const std::vector<std::string>& values, bool& whole) {
  Columns all;
  whole = true;
  for (const auto& value : values) {
    bool this_whole = false;
    all.push_back(described(value, this_whole));
    whole = whole && this_whole;
  }
  auto count = all.front().size();
  for (const auto& tokens : all) {
    if (whole && tokens.size() != count) return std::nullopt;
    count = std::min(count, tokens.size());
  }
  for (auto& tokens : all) tokens.resize(count);
  return all;
}

}  // namespace

bool has_variable_word(std::string_view text) {
  const auto tokens = tokens_of(text);
  return std::any_of(tokens.begin(), tokens.end(),
                     [](const Token& token) { return token.word && is_variable(token.text); });
}

std::optional<std::string> changed_text(const std::string& text) {
  const auto tokens = tokens_of(text);
  if (const auto* word = telling_word(tokens, is_readable(text)))
    return with_word_changed(text, *word);
  if (text.empty() || !(is_digit(text.back()) || is_letter(text.back()))) return std::nullopt;
  auto other = text;  // a hash: another one
  other.back() = other.back() == '0' ? '1' : '0';
  return other;
}

std::optional<Shape> shape_of(const std::vector<std::string>& values) {
  if (values.empty()) return std::nullopt;
  Shape shape;
  const auto all = columns_of(values, shape.whole);
  if (!all) return std::nullopt;
  const bool readable = std::all_of(values.begin(), values.end(), is_readable);
  const auto* word = telling_word(all->front(), readable);
  if (word == nullptr) return std::nullopt;
  const auto version = version_token(*all);
  for (std::size_t at = 0; at < all->front().size(); ++at) {
    const auto part =
        at == version ? version_pattern(pieces_at(*all, at)) : token_pattern(*all, at);
    if (!part) return std::nullopt;
    shape.pattern += *part;
  }
  shape.has_version = version.has_value();
  shape.other = with_word_changed(values.front(), *word);
  return shape;
}

std::optional<Shape> beginning_of(const std::vector<std::string>& values, std::size_t services) {
  if (services < 2 || values.empty()) return std::nullopt;
  if (std::all_of(values.begin(), values.end(), is_readable)) return std::nullopt;
  auto common = std::string_view(values.front()).substr(0, kBeginningMost);
  for (const auto& value : values) {
    const auto differs = std::mismatch(common.begin(), common.end(), value.begin(), value.end());
    common = common.substr(0, static_cast<std::size_t>(differs.first - common.begin()));
  }
  common = common.substr(0, trim(common).size());
  const bool varied = common.find_first_not_of(common.substr(0, 1)) != std::string_view::npos;
  if (common.size() < kBeginningMin || !varied) return std::nullopt;
  Shape shape;
  shape.pattern = escaped(common);
  shape.other = values.front();
  auto& last = shape.other[common.size() - 1];
  last = last == '0' ? '1' : '0';
  return shape;
}

std::string without_names(const std::string& text) {
  std::string out;
  int number = 1;
  for (const auto& token : tokens_of(text)) {
    bool first = true;
    for (const auto piece : token.word ? split(token.text, ':') : std::vector{token.text}) {
      if (!first) out += ':';
      first = false;
      if (!token.word) {
        out += piece;
      } else if (net::parse_address(piece)) {
        out += "192.0.2." + std::to_string(number++ % 250);
      } else {
        out += is_host_name(piece) ? "host.example.test" : piece;
      }
    }
  }
  return out;
}

}  // namespace qingdan::identify
