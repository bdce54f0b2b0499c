// first_bytes — with which bytes a match of an anchored pattern can begin. Reads the dialect of
// fingerprints/README.md and gives up at whatever it does not know: a byte that is missing would
// lose matches, one too many costs only time.
#include <algorithm>
#include <cctype>

#include "identify/literal.h"

namespace qingdan::identify {
namespace {

struct Begin {
  ByteSet bytes;
  bool nullable{true};  // may match nothing, so that what follows begins the match
};

ByteSet range(int from, int to) {
  ByteSet set;
  for (int b = from; b <= to; ++b) set.set(static_cast<std::size_t>(b));
  return set;
}

class Reader {
 public:
  Reader(std::string_view pattern, bool ignore_case) : p_(pattern), ignore_case_(ignore_case) {}

  std::optional<ByteSet> read() {
    const auto begin = sequence(0);
    if (given_up_ || at_ < p_.size() || begin.nullable) return std::nullopt;
    return begin.bytes;
  }

 private:
  static constexpr int kMaxDepth = 32;

  [[nodiscard]] bool more() const { return !given_up_ && at_ < p_.size(); }
  Begin give_up() {
    given_up_ = true;
    return {};
  }

  Begin alternatives(int depth) {
    auto all = sequence(depth);
    while (more() && p_[at_] == '|') {
      ++at_;
      const auto branch = sequence(depth);
      all.bytes |= branch.bytes;
      all.nullable = all.nullable || branch.nullable;
    }
    return all;
  }

  Begin sequence(int depth) {
    Begin all;
    while (more() && p_[at_] != '|' && p_[at_] != ')') {
      auto unit = next_unit(depth);
      unit.nullable = skip_quantifier() || unit.nullable;
      if (!all.nullable) continue;
      all.bytes |= unit.bytes;
      all.nullable = unit.nullable;
    }
    return all;
  }

  Begin next_unit(int depth) {
    const char c = p_[at_];
    if (c == '(') return group(depth);
    if (c == '[') return {character_class(), false};
    if (c == '\\') return escape();
    ++at_;
    if (c == '.') return {range(0, 255), false};
    if (c == '$' || c == '^') return {};
    if (c == '*' || c == '+' || c == '?' || c == '{') return give_up();
    return {one(c), false};
  }

  Begin group(int depth) {
    if (depth >= kMaxDepth) return give_up();
    ++at_;
    if (p_.substr(at_).starts_with("?:")) {
      at_ += 2;
    } else if (p_.substr(at_).starts_with("?P<") || p_.substr(at_).starts_with("?<")) {
      const auto close = p_.find('>', at_);
      if (close == std::string_view::npos) return give_up();
      at_ = close + 1;
    } else if (p_.substr(at_).starts_with("?")) {
      return give_up();
    }
    const auto inside = alternatives(depth + 1);
    if (!more() || p_[at_] != ')') return give_up();
    ++at_;
    return inside;
  }

  ByteSet one(char c) const {
    ByteSet set;
    const auto byte = static_cast<unsigned char>(c);
    set.set(byte);
    if (ignore_case_ && byte < 0x80 && std::isalpha(byte) != 0) set.set(byte ^ 0x20U);
    return set;
  }

  static ByteSet named(char c) {
    const auto digits = range('0', '9');
    const auto words = digits | range('a', 'z') | range('A', 'Z') | one_of("_");
    const auto spaces = range(9, 13) | one_of(" ");
    switch (c) {
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
      case 'n':
        return one_of("\n");
      case 'r':
        return one_of("\r");
      case 't':
        return one_of("\t");
      default:
        return {};
    }
  }
  static ByteSet one_of(std::string_view bytes) {
    ByteSet set;
    for (const char c : bytes) set.set(static_cast<unsigned char>(c));
    return set;
  }

  Begin escape() {
    if (at_ + 1 >= p_.size()) return give_up();
    const char c = p_[at_ + 1];
    at_ += 2;
    const auto set = named(c);
    if (set.any()) return {set, false};
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) return give_up();  // \x41, \b, \1 …
    return {one(c), false};
  }

  ByteSet character_class() {
    ByteSet set;
    ++at_;
    const bool negated = more() && p_[at_] == '^';
    if (negated) ++at_;
    for (bool first = true; more() && (first || p_[at_] != ']'); first = false) {
      if (p_.substr(at_).starts_with("[:")) return give_up().bytes;
      if (p_[at_] == '\\') {
        set |= escape().bytes;
        continue;
      }
      const bool spans = at_ + 2 < p_.size() && p_[at_ + 1] == '-' && p_[at_ + 2] != ']';
      if (!spans) {
        set |= one(p_[at_++]);
        continue;
      }
      const auto from = static_cast<unsigned char>(p_[at_]);
      const auto to = static_cast<unsigned char>(p_[at_ + 2]);
      if (p_[at_ + 2] == '\\') return give_up().bytes;
      for (int b = from; b <= to; ++b) set |= one(static_cast<char>(b));
      at_ += 3;
    }
    if (!more()) return give_up().bytes;
    ++at_;
    return negated ? ~set : set;
  }

  // Passes over a quantifier; true where it allows none.
  bool skip_quantifier() {
    if (!more()) return false;
    const char c = p_[at_];
    if (c != '?' && c != '*' && c != '+' && c != '{') return false;
    bool none = c == '?' || c == '*';
    if (c == '{') {
      const auto close = p_.find('}', at_);
      const auto body = p_.substr(at_ + 1, close == std::string_view::npos ? 0 : close - at_ - 1);
      if (body.empty() || body.find_first_not_of("0123456789,") != std::string_view::npos) {
        given_up_ = true;
        return true;
      }
      none = body.front() == '0' || body.front() == ',';
      at_ = close;
    }
    ++at_;
    if (more() && (p_[at_] == '?' || p_[at_] == '+')) ++at_;
    return none;
  }

  std::string_view p_;
  std::size_t at_ = 0;
  bool ignore_case_;
  bool given_up_ = false;
};

}  // namespace

std::optional<ByteSet> first_bytes(std::string_view pattern) {
  bool ignore_case = false;
  if (pattern.starts_with("(?")) {
    const auto close = pattern.find(')');
    const auto flags = pattern.substr(2, close == std::string_view::npos ? 0 : close - 2);
    if (!flags.empty() && flags.find_first_not_of("is") == std::string_view::npos) {
      ignore_case = flags.find('i') != std::string_view::npos;
      pattern.remove_prefix(close + 1);
    }
  }
  // With (?m) a match may begin at any line; with a | outside groups a branch may have no anchor.
  if (!pattern.starts_with('^')) return std::nullopt;
  return Reader(pattern.substr(1), ignore_case).read();
}

}  // namespace qingdan::identify
