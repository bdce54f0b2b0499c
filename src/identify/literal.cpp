// literal — what a pattern cannot do without.
#include "identify/literal.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>

#include "identify/window.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kAlternativesMax = 32;

using Requirements = std::vector<Literals>;

// The shortest decides how much a set of alternatives tells.
std::size_t worth(const Literals& set) {
  std::size_t shortest = set.empty() ? 0 : set.front().size();
  for (const auto& text : set) shortest = std::min(shortest, text.size());
  return shortest;
}

// The set that tells most: the first of the longest.
Literals best_of(const Requirements& all) {
  const Literals* best = nullptr;
  for (const auto& set : all) {
    if (best == nullptr || worth(set) > worth(*best)) best = &set;
  }
  return best == nullptr ? Literals() : *best;
}

// Reads the dialect of fingerprints/README.md. Whatever it does not know makes it give up: a
// literal that is not required would lose matches, one left out costs only time.
class Reader {
 public:
  explicit Reader(std::string_view pattern) : p_(pattern) {}

  Requirements read() {
    auto all = alternatives(0);
    if (given_up_ || at_ < p_.size()) return {};
    std::erase_if(all, [](const Literals& set) { return worth(set) < kLiteralMin; });
    return all;
  }

 private:
  static constexpr int kMaxDepth = 32;

  [[nodiscard]] bool more() const { return !given_up_ && at_ < p_.size(); }

  // Of one branch everything is required; of several the best of each, as one set.
  Requirements alternatives(int depth) {
    auto first = sequence(depth);
    if (!more() || p_[at_] != '|') return first;
    Literals all = best_of(first);
    bool known = !all.empty();
    while (more() && p_[at_] == '|') {
      ++at_;
      const auto branch = best_of(sequence(depth));
      known = known && !branch.empty();
      all.insert(all.end(), branch.begin(), branch.end());
    }
    if (!known || all.size() > kAlternativesMax) return {};
    return {all};
  }

  Requirements sequence(int depth) {
    Requirements all;
    std::string run;
    const auto end_run = [&] {
      if (!run.empty()) all.push_back({run});
      run.clear();
    };
    while (more() && p_[at_] != '|' && p_[at_] != ')') {
      if (p_[at_] == '(') {
        end_run();
        auto inside = group(depth);
        if (!skip_quantifier()) std::move(inside.begin(), inside.end(), std::back_inserter(all));
        continue;
      }
      const auto byte = unit();
      const bool counted = at_ < p_.size() && is_quantifier(p_[at_]);
      const bool optional = skip_quantifier();
      if (byte && !optional) run += *byte;
      if (!byte || counted) end_run();
    }
    end_run();
    return all;
  }

  Requirements group(int depth) {
    ++at_;
    if (depth >= kMaxDepth) given_up_ = true;
    if (p_.substr(at_).starts_with("?")) {
      const auto rest = p_.substr(at_);
      const bool named = rest.starts_with("?P<") || rest.starts_with("?<");
      const auto stop = rest.find(named ? '>' : ':');
      const bool known = rest.starts_with("?:") || rest.starts_with("?i:") ||
                         (named && !rest.starts_with("?<=") && !rest.starts_with("?<!"));
      if (!known || stop == std::string_view::npos) {
        given_up_ = true;
        return {};
      }
      at_ += stop + 1;
    }
    auto inside = alternatives(depth + 1);
    if (!more() || p_[at_] != ')') given_up_ = true;
    ++at_;
    return inside;
  }

  // One character of the pattern; nothing where it stands for several bytes or for none.
  std::optional<char> unit() {
    const char c = p_[at_];
    if (c == '[') {
      skip_class();
      return std::nullopt;
    }
    if (c == '\\') return escape();
    ++at_;
    if (c == '.' || c == '^' || c == '$' || is_quantifier(c) || c == '}') return std::nullopt;
    return c;
  }

  std::optional<char> escape() {
    const char c = at_ + 1 < p_.size() ? p_[at_ + 1] : '\0';
    at_ += 2;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (c == 'n') return '\n';
    if (c == 'r') return '\r';
    if (c == 't') return '\t';
    if (c == 'x') {
      const auto byte = at_ + 2 <= p_.size() ? from_hex(p_.substr(at_, 2)) : Result<Bytes>(Bytes());
      at_ += 2;
      if (byte && byte->size() == 1) return static_cast<char>(byte->front());
      given_up_ = true;
      return std::nullopt;
    }
    constexpr std::string_view kClasses = "dDwWsSbBAzZhHvV";
    const bool known = letter ? kClasses.find(c) != std::string_view::npos : !digit && c != '\0';
    given_up_ = given_up_ || !known;
    return letter || !known ? std::nullopt : std::optional<char>(c);
  }

  void skip_class() {
    ++at_;
    if (more() && p_[at_] == '^') ++at_;
    if (more() && p_[at_] == ']') ++at_;
    while (at_ < p_.size() && p_[at_] != ']') {
      if (p_.substr(at_).starts_with("[:")) {
        const auto end = p_.find(":]", at_);
        if (end != std::string_view::npos) at_ = end + 1;
      } else if (p_[at_] == '\\') {
        ++at_;
      }
      ++at_;
    }
    given_up_ = given_up_ || at_ >= p_.size();
    ++at_;
  }

  static bool is_quantifier(char c) { return c == '?' || c == '*' || c == '+' || c == '{'; }

  // Passes over a quantifier; true where it allows none.
  bool skip_quantifier() {
    if (at_ >= p_.size() || !is_quantifier(p_[at_])) return false;
    const char c = p_[at_];
    bool none = c == '?' || c == '*';
    if (c == '{') {
      const auto close = p_.find('}', at_);
      const auto body = p_.substr(at_ + 1, close == std::string_view::npos ? 0 : close - at_ - 1);
      const bool counts =
          !body.empty() && body.find_first_not_of("0123456789,") == std::string_view::npos;
      given_up_ = given_up_ || !counts;  // a brace that is meant as such: rare
      none = body.find_first_of("123456789") == std::string_view::npos || body[0] == '0' ||
             body[0] == ',';
      at_ = close == std::string_view::npos ? p_.size() : close;
    }
    ++at_;
    if (at_ < p_.size() && (p_[at_] == '?' || p_[at_] == '+')) ++at_;
    return none;
  }

  std::string_view p_;
  std::size_t at_ = 0;
  bool given_up_ = false;
};

}  // namespace

std::vector<Literals> requirements(std::string_view pattern) {
  if (pattern.starts_with("(?")) {
    const auto close = pattern.find(')');
    const auto flags = pattern.substr(2, close == std::string_view::npos ? 0 : close - 2);
    if (!flags.empty() && flags.find_first_not_of("ims") == std::string_view::npos) {
      pattern.remove_prefix(close + 1);
    }
  }
  auto found = Reader(pattern).read();
  for (auto& set : found) {
    for (auto& text : set) text = to_lower_ascii(text);
  }
  return found;
}

std::vector<Literals> requirements(const Part& part) {
  if (part.kind == MatchKind::pattern) return requirements(part.texts.front());
  Literals any;
  for (const auto& text : part.texts) {
    if (text.size() < kLiteralMin) return {};
    any.push_back(to_lower_ascii(text));
  }
  return {any};
}

Literals required_literals(std::string_view pattern) { return best_of(requirements(pattern)); }
Literals required_literals(const Part& part) { return best_of(requirements(part)); }

void LiteralChooser::add(const std::vector<Literals>& requirements) {
  ++conditions_;
  for (const auto& set : requirements) {
    for (const auto& text : set) {
      for (std::size_t i = 0; i + kWindow <= text.size(); ++i) {
        auto& seen = seen_[hash_of_window(window_at(&text[i])) % kSeen];
        if (seen.condition == conditions_) continue;
        seen = {conditions_, seen.count + 1};
      }
    }
  }
}

std::uint32_t LiteralChooser::count(const std::string& text) const {
  auto least = conditions_;
  for (std::size_t i = 0; i + kWindow <= text.size(); ++i)
    least = std::min(least, seen_[hash_of_window(window_at(&text[i])) % kSeen].count);
  return least;
}

Literals LiteralChooser::choose(const std::vector<Literals>& requirements) const {
  const Literals* best = nullptr;
  auto best_key = std::tuple<std::uint32_t, std::size_t, std::size_t>();
  for (const auto& set : requirements) {
    std::uint32_t total = 0;
    for (const auto& text : set) total += count(text) - 1;        // it is one of those itself
    const auto key = std::tuple(total, set.size(), ~worth(set));  // of equals the longer one
    if (best != nullptr && !(key < best_key)) continue;
    best = &set;
    best_key = key;
  }
  return best == nullptr ? Literals() : *best;
}

std::string as_expression(std::string_view literal) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : literal) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == ' ' || byte == '_';
    if (plain) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace qingdan::identify
