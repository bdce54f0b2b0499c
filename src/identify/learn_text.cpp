// learn_text — words and what stands between them; TOML with escapes, so that any bytes can stand
// there.
#include "identify/learn_text.h"

#include <algorithm>
#include <cctype>

#include "qingdan/base/text.h"
#include "qingdan/net/address.h"

namespace qingdan::identify {
namespace {

// Longer values are given by their beginning.
constexpr std::size_t kShapeMaxBytes = 160;
constexpr std::size_t kTellingMin = 3;  // letters of a word that tells a product

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

bool is_version(std::string_view word) {
  const auto dot = word.find('.');
  return is_digit(word.front()) && dot != std::string_view::npos && dot + 1 < word.size() &&
         is_digit(word[dot + 1]) && !net::parse_address(word);
}

std::size_t letters_of(std::string_view word) {
  return static_cast<std::size_t>(std::count_if(word.begin(), word.end(), is_letter));
}

// The word that is most likely a name: of those that do not vary, the one with most letters.
const Token* telling_word(const std::vector<Token>& tokens) {
  const Token* best = nullptr;
  for (const auto& token : tokens) {
    if (!token.word || is_variable(token.text) || letters_of(token.text) < kTellingMin) continue;
    if (best == nullptr || letters_of(token.text) > letters_of(best->text)) best = &token;
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
  constexpr std::string_view kHex = "0123456789abcdef";
  const bool readable = is_utf8(text);
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

// One token of the pattern, from the same place of every value; nullopt where they do not agree.
std::optional<std::string> token_pattern(const std::vector<std::vector<Token>>& all, std::size_t at,
                                         bool& has_version) {
  bool same = true;
  bool variable = all.front()[at].word;
  bool version = variable && !has_version;
  for (const auto& tokens : all) {
    const auto& token = tokens[at];
    if (token.word != all.front()[at].word) return std::nullopt;
    same = same && token.text == all.front()[at].text;
    variable = variable && is_variable(token.text);
    version = version && is_version(token.text);
  }
  if (variable && version) {
    has_version = true;
    return R"((?P<version>\d[\w.:-]{0,40}))";
  }
  if (variable) return std::string(R"(\S{1,80})");
  if (!same) return std::nullopt;
  return escaped(all.front()[at].text);
}

// A basic string of TOML 1.0; bytes that are no text never come here (see example_text).
std::string toml_quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += {kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string example_text(const std::string& value) {
  return is_utf8(value) ? "text = " + toml_quoted(value)
                        : "hex = " + toml_quoted(to_hex(as_bytes(value)));
}

}  // namespace

bool has_variable_word(std::string_view text) {
  const auto tokens = tokens_of(text);
  return std::any_of(tokens.begin(), tokens.end(),
                     [](const Token& token) { return token.word && is_variable(token.text); });
}

std::optional<std::string> changed_text(const std::string& text) {
  const auto tokens = tokens_of(text);
  if (const auto* word = telling_word(tokens)) return with_word_changed(text, *word);
  if (text.empty() || !(is_digit(text.back()) || is_letter(text.back()))) return std::nullopt;
  auto other = text;  // a hash: another one
  other.back() = other.back() == '0' ? '1' : '0';
  return other;
}

std::optional<Shape> shape_of(const std::vector<std::string>& values) {
  if (values.empty()) return std::nullopt;
  std::vector<std::vector<Token>> all;
  bool whole = true;
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
  const auto* word = telling_word(all.front());
  if (word == nullptr) return std::nullopt;
  Shape shape;
  shape.pattern = "^";
  for (std::size_t at = 0; at < count; ++at) {
    const auto part = token_pattern(all, at, shape.has_version);
    if (!part) return std::nullopt;
    shape.pattern += *part;
  }
  if (whole) shape.pattern += "$";
  shape.other = with_word_changed(values.front(), *word);
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

std::string rule_text(const Rule& rule, Role role) {
  const auto& part = rule.parts.front();
  const char* subject = role == Role::os ? "os" : role == Role::hardware ? "hw" : "service";
  const auto& claim = role == Role::os ? rule.os : role == Role::hardware ? rule.hw : rule.service;
  std::string out =
      "[[rule]]\nid = " + toml_quoted(rule.id) + "\ninput = " + toml_quoted(part.input) + "\n";
  if (part.kind == MatchKind::equals) {
    out += "equals = [" + toml_quoted(part.texts.front()) + "]\n";
  } else {
    out += "pattern = '" + part.texts.front() + "'\n";
  }
  out += std::string(subject) + " = " + toml_quoted(claim.product) + "\n";
  if (!rule.protocol.empty()) out += "protocol = " + toml_quoted(rule.protocol) + "\n";
  out += "trust = " + std::to_string(rule.trust) + "\nsource = " + toml_quoted(rule.source) + "\n";
  for (const auto& example : rule.accept) {
    out += "[[rule.accept]]\n" + example_text(example.fields.front().second) + "\n";
    std::string expect;
    for (const auto& [name, value] : example.expect)
      expect += (expect.empty() ? " " : ", ") + name + " = " + toml_quoted(value);
    if (!expect.empty()) out += "expect = {" + expect + " }\n";
  }
  for (const auto& example : rule.reject) {
    out += "[[rule.reject]]\n" + example_text(example.fields.front().second) +
           "\nwhy = " + toml_quoted(example.why) + "\n";
  }
  return out;
}

std::string product_text(const Product& product) {
  std::string out = "[[product]]\n";
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) out += std::string(key) + " = " + toml_quoted(value) + "\n";
  };
  add("id", product.id);
  add("vendor", product.vendor);
  add("vendor_zh", product.vendor_zh);
  add("product", product.product);
  add("product_zh", product.product_zh);
  add("category", product.category);
  add("role", std::string(to_string(product.role)));
  add("device_class", product.device_class);
  add("protocol", product.protocol);
  return out;
}

}  // namespace qingdan::identify
