// pattern_tree — see the header. Recursive descent; whatever it does not know makes it give up.
#include "identify/pattern_tree.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

using Kind = PatternNode::Kind;

constexpr int kMaxDepth = 32;

ByteSet range(int from, int to) {
  ByteSet set;
  for (int b = from; b <= to; ++b) set.set(static_cast<std::size_t>(b));
  return set;
}

ByteSet one_of(std::string_view bytes) {
  ByteSet set;
  for (const char c : bytes) set.set(static_cast<unsigned char>(c));
  return set;
}

// Of \d and the like; nothing where the letter names no class.
std::optional<ByteSet> class_of(char letter) {
  const auto digits = range('0', '9');
  const auto words = digits | range('a', 'z') | range('A', 'Z') | one_of("_");
  const auto spaces = range(9, 13) | one_of(" ");
  switch (letter) {
    case 'd':
      return digits;
    case 'D':
      return ~digits;
    case 'w':
      return words;
    case 'W':
      return ~words;
    case 's':
      return spaces;
    case 'S':
      return ~spaces;
    default:
      return std::nullopt;
  }
}

PatternNode node_of(Kind kind) {
  PatternNode node;
  node.kind = kind;
  return node;
}

class Parser {
 public:
  explicit Parser(std::string_view pattern) : p_(pattern) {}

  std::optional<PatternNode> parse() {
    read_flags();
    auto all = alternatives(0);
    if (given_up_ || at_ < p_.size()) return std::nullopt;
    return all;
  }

 private:
  [[nodiscard]] bool more() const { return !given_up_ && at_ < p_.size(); }
  [[nodiscard]] bool next_is(std::string_view text) const {
    return p_.substr(at_).starts_with(text);
  }
  bool skip(std::string_view text) {
    if (!next_is(text)) return false;
    at_ += text.size();
    return true;
  }
  PatternNode give_up() {
    given_up_ = true;
    return {};
  }

  void read_flags() {
    if (!p_.starts_with("(?")) return;
    const auto close = p_.find(')');
    const auto flags = p_.substr(2, close == std::string_view::npos ? 0 : close - 2);
    if (flags.empty() || flags.find_first_not_of("ims") != std::string_view::npos) return;
    ignore_case_ = flags.find('i') != std::string_view::npos;
    lines_ = flags.find('m') != std::string_view::npos;
    dot_is_all_ = flags.find('s') != std::string_view::npos;
    at_ = close + 1;
  }

  PatternNode alternatives(int depth) {
    auto first = sequence(depth);
    if (!more() || p_[at_] != '|') return first;
    auto all = node_of(Kind::choice);
    all.parts.push_back(std::move(first));
    while (more() && skip("|")) all.parts.push_back(sequence(depth));
    return joined(std::move(all));
  }

  // Alternatives that are one byte each are one of all their bytes.
  static PatternNode joined(PatternNode choice) {
    const auto is_byte = [](const PatternNode& way) {
      return way.kind == Kind::sequence && way.parts.size() == 1 &&
             way.parts.front().kind == Kind::byte;
    };
    if (!std::all_of(choice.parts.begin(), choice.parts.end(), is_byte)) return choice;
    auto one = node_of(Kind::byte);
    for (const auto& way : choice.parts) one.bytes |= way.parts.front().bytes;
    return one;
  }

  PatternNode sequence(int depth) {
    PatternNode all;
    while (more() && p_[at_] != '|' && p_[at_] != ')') {
      auto unit = next_unit(depth);
      all.parts.push_back(quantified(std::move(unit)));
    }
    return all;
  }

  PatternNode next_unit(int depth) {
    const char c = p_[at_];
    if (c == '(') return group(depth);
    if (c == '[') return byte_of(character_class());
    if (c == '\\') return escape();
    ++at_;
    if (c == '.') return byte_of(dot_is_all_ ? range(0, 255) : ~one_of("\n"));
    if (c == '^') return node_of(lines_ ? Kind::line_begin : Kind::begin);
    if (c == '$') return node_of(lines_ ? Kind::line_end : Kind::end);
    if (c == '*' || c == '+' || c == '?' || c == '{') return give_up();
    return byte_of(one(c));
  }

  static PatternNode byte_of(const ByteSet& bytes) {
    auto node = node_of(Kind::byte);
    node.bytes = bytes;
    return node;
  }

  PatternNode group(int depth) {
    if (depth >= kMaxDepth) return give_up();
    ++at_;
    const bool outside = ignore_case_;
    std::string name;
    if (skip("?i:")) {
      ignore_case_ = true;
    } else if (next_is("?P<") || (next_is("?<") && !next_is("?<=") && !next_is("?<!"))) {
      const auto close = p_.find('>', at_);
      if (close == std::string_view::npos) return give_up();
      name = p_.substr(at_, close - at_);
      name.erase(0, name.find('<') + 1);
      at_ = close + 1;
    } else if (!skip("?:") && next_is("?")) {
      return give_up();
    }
    auto inside = alternatives(depth + 1);
    ignore_case_ = outside;
    if (!more() || !skip(")")) return give_up();
    if (name.empty()) return inside;
    auto node = node_of(Kind::capture);
    node.name = std::move(name);
    node.parts.push_back(std::move(inside));
    return node;
  }

  [[nodiscard]] ByteSet one(char c) const {
    ByteSet set;
    const auto byte = static_cast<unsigned char>(c);
    set.set(byte);
    if (ignore_case_ && byte < 0x80 && std::isalpha(byte) != 0) set.set(byte ^ 0x20U);
    return set;
  }

  // The byte that an escape stands for, at_ behind it; nothing, and at_ where it was, where it
  // stands for no single byte.
  std::optional<char> escaped_byte() {
    if (at_ + 1 >= p_.size()) return std::nullopt;
    const char c = p_[at_ + 1];
    constexpr std::string_view kLetters = "nrt";
    if (const auto known = kLetters.find(c); known != std::string_view::npos) {
      at_ += 2;
      return "\n\r\t"[known];
    }
    if (c == 'x' && at_ + 4 <= p_.size()) {
      const auto byte = from_hex(p_.substr(at_ + 2, 2));
      if (!byte || byte->size() != 1) return std::nullopt;
      at_ += 4;
      return static_cast<char>(byte->front());
    }
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) return std::nullopt;
    at_ += 2;
    return c;
  }

  // Passes over an escape; its letter, or zero at the end of the pattern.
  char class_letter() {
    const char c = at_ + 1 < p_.size() ? p_[at_ + 1] : '\0';
    at_ = std::min(at_ + 2, p_.size());
    return c;
  }

  PatternNode escape() {
    if (const auto byte = escaped_byte()) return byte_of(one(*byte));
    const char c = class_letter();
    if (const auto bytes = class_of(c)) return byte_of(*bytes);
    if (c == 'b') return node_of(Kind::boundary);
    if (c == 'B') return node_of(Kind::no_boundary);
    return give_up();
  }

  // One byte of a class; nothing where a class within it was added to `set` instead.
  std::optional<unsigned char> class_byte(ByteSet& set) {
    if (p_[at_] != '\\') return static_cast<unsigned char>(p_[at_++]);
    if (const auto byte = escaped_byte()) return static_cast<unsigned char>(*byte);
    const auto bytes = class_of(class_letter());
    given_up_ = given_up_ || !bytes;
    if (bytes) set |= *bytes;
    return std::nullopt;
  }

  ByteSet character_class() {
    ByteSet set;
    ++at_;
    const bool negated = skip("^");
    for (bool first = true; more() && (first || p_[at_] != ']'); first = false) {
      // Names of POSIX, and what looks like the beginning of one.
      if (next_is("[:") || next_is("[.") || next_is("[=")) give_up();
      const auto from = class_byte(set);
      if (!from) continue;
      if (!more() || at_ + 1 >= p_.size() || p_[at_] != '-' || p_[at_ + 1] == ']') {
        set |= one(static_cast<char>(*from));
        continue;
      }
      ++at_;
      const auto to = class_byte(set);
      if (!to || *to < *from) give_up();
      for (int b = *from; to && b <= *to; ++b) set |= one(static_cast<char>(b));
    }
    if (!skip("]")) give_up();
    return negated ? ~set : set;
  }

  PatternNode quantified(PatternNode unit) {
    if (!more()) return unit;
    auto all = node_of(Kind::repeat);
    if (skip("?")) {
      all.least = 0;
    } else if (skip("*")) {
      all.least = 0;
      all.most = PatternNode::kMany;
    } else if (skip("+")) {
      all.most = PatternNode::kMany;
    } else if (next_is("{")) {
      if (!read_bounds(all)) return give_up();
    } else {
      return unit;
    }
    all.lazy = skip("?");
    // Possessive ones, twofold ones and those of what is no text: not in the dialect.
    if (next_is("+") || next_is("*") || next_is("?") || next_is("{")) return give_up();
    if (unit.kind >= Kind::begin) return give_up();
    all.parts.push_back(std::move(unit));
    return all;
  }

  bool read_bounds(PatternNode& all) {
    const auto close = p_.find('}', at_);
    if (close == std::string_view::npos) return false;
    const auto body = p_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    const auto comma = body.find(',');
    const auto least = number(body.substr(0, comma));
    if (!least) return false;
    all.least = all.most = *least;
    if (comma == std::string_view::npos) return *least > 0;
    const auto upper = body.substr(comma + 1);
    const auto most = upper.empty() ? PatternNode::kMany : number(upper);
    if (!most || *most < *least || *most == 0) return false;
    all.most = *most;
    return true;
  }

  static std::optional<int> number(std::string_view digits) {
    if (digits.empty() || digits.size() > 4) return std::nullopt;
    int value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      value = 10 * value + (c - '0');
    }
    return value;
  }

  std::string_view p_;
  std::size_t at_ = 0;
  bool ignore_case_ = false;
  bool lines_ = false;
  bool dot_is_all_ = false;
  bool given_up_ = false;
};

}  // namespace

std::optional<PatternNode> parse_pattern(std::string_view pattern) {
  return Parser(pattern).parse();
}

std::size_t least_bytes(const PatternNode& node) {
  std::size_t sum = 0;
  switch (node.kind) {
    case Kind::byte:
      return 1;
    case Kind::sequence:
    case Kind::capture:
      for (const auto& part : node.parts) sum += least_bytes(part);
      return sum;
    case Kind::repeat:
      return static_cast<std::size_t>(node.least) * least_bytes(node.parts.front());
    case Kind::choice:
      sum = least_bytes(node.parts.front());
      for (const auto& part : node.parts) sum = std::min(sum, least_bytes(part));
      return sum;
    default:
      return 0;
  }
}

bool is_anchored(const PatternNode& node) {
  switch (node.kind) {
    case Kind::begin:
      return true;
    case Kind::choice:
      return std::all_of(node.parts.begin(), node.parts.end(), is_anchored);
    case Kind::sequence:
    case Kind::capture:
      return !node.parts.empty() && is_anchored(node.parts.front());
    default:
      return false;
  }
}

}  // namespace qingdan::identify
