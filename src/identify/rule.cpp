// rule — what can be read off a rule without running it: names of its captures, how specific it is,
// the values it claims.
#include "qingdan/identify/rule.h"

#include <algorithm>
#include <array>
#include <limits>

namespace qingdan::identify {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 7> kRoles{
    {{Role::server, "server"},
     {Role::application, "application"},
     {Role::framework, "framework"},
     {Role::component, "component"},
     {Role::proxy, "proxy"},
     {Role::os, "os"},
     {Role::hardware, "hardware"}}};

void put(std::map<std::string, std::string>& out, const std::string& name, const Template& text,
         const Rule& rule, const Captures& captures) {
  if (text.empty()) return;
  auto value = text.expand(captures, rule.maps);
  if (!value.empty()) out[name] = std::move(value);
}

void put_claim(std::map<std::string, std::string>& out, const std::string& prefix,
               const ProductClaim& claim, const Rule& rule, const Captures& captures) {
  if (claim.product.empty()) return;
  put(out, prefix + "_version", claim.version, rule, captures);
  put(out, prefix + "_name", claim.name, rule, captures);
  put(out, prefix + "_model", claim.model, rule, captures);
  put(out, prefix + "_cpe", claim.cpe, rule, captures);
}

bool is_quantifier(char c) { return c == '?' || c == '*' || c == '{'; }

// Index of the byte after the class that opens at `at`.
std::size_t after_class(std::string_view p, std::size_t at) {
  std::size_t i = at + 1;
  if (i < p.size() && p[i] == '^') ++i;
  if (i < p.size() && p[i] == ']') ++i;
  while (i < p.size() && p[i] != ']') i += p[i] == '\\' ? 2 : 1;
  return std::min(i + 1, p.size());
}

// Counts literal bytes of a pattern up to the end or the ')' that closes this group; alternatives
// count as their poorest branch, what may be absent counts nothing.
class LiteralCounter {
 public:
  explicit LiteralCounter(std::string_view pattern) : p_(pattern) {}
  int count() {
    int poorest = std::numeric_limits<int>::max();
    int here = 0;
    while (at_ < p_.size() && p_[at_] != ')') {
      if (p_[at_] == '|') {
        poorest = std::min(poorest, here);
        here = 0;
        ++at_;
        continue;
      }
      const int unit = next_unit();
      const bool optional = at_ < p_.size() && is_quantifier(p_[at_]);
      skip_quantifier();
      if (!optional) here += unit;
    }
    return std::min(poorest, here);
  }

 private:
  int next_unit() {
    const char c = p_[at_];
    if (c == '(') return group();
    if (c == '[') {
      at_ = after_class(p_, at_);
      return 0;
    }
    if (c == '\\' && at_ + 1 < p_.size()) return escape();
    ++at_;
    return c == '.' || c == '^' || c == '$' || c == '+' ? 0 : 1;
  }
  int escape() {
    const char c = p_[at_ + 1];
    at_ += 2;
    if (c == 'x') {
      at_ = std::min(at_ + 2, p_.size());
      return 1;
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter && c != 'r' && c != 'n' && c != 't' ? 0 : 1;
  }
  int group() {
    ++at_;
    if (at_ < p_.size() && p_[at_] == '?') {
      const auto stop = p_.find_first_of(":>)", at_);
      if (stop == std::string_view::npos) {
        at_ = p_.size();
        return 0;
      }
      at_ = stop;
      if (p_[at_] != ')') ++at_;
    }
    const int inside = count();
    if (at_ < p_.size()) ++at_;
    return inside;
  }
  void skip_quantifier() {
    if (at_ >= p_.size()) return;
    if (p_[at_] == '{') {
      const auto close = p_.find('}', at_);
      at_ = close == std::string_view::npos ? p_.size() : close + 1;
    } else if (p_[at_] == '?' || p_[at_] == '*' || p_[at_] == '+') {
      ++at_;
    } else {
      return;
    }
    if (at_ < p_.size() && p_[at_] == '?') ++at_;
  }

  std::string_view p_;
  std::size_t at_ = 0;
};

std::string_view without_flags(std::string_view pattern) {
  if (!pattern.starts_with("(?")) return pattern;
  const auto close = pattern.find(')');
  const auto flags = pattern.substr(2, close == std::string_view::npos ? 0 : close - 2);
  const bool only_flags =
      !flags.empty() && flags.find_first_not_of("imsx") == std::string_view::npos;
  return only_flags ? pattern.substr(close + 1) : pattern;
}

}  // namespace

std::string_view to_string(Role role) {
  for (const auto& [value, word] : kRoles) {
    if (value == role) return word;
  }
  return {};
}

std::optional<Role> parse_role(std::string_view word) {
  for (const auto& [value, text] : kRoles) {
    if (text == word) return value;
  }
  return std::nullopt;
}

std::map<std::string, std::string> claimed_values(const Rule& rule, const Captures& captures) {
  std::map<std::string, std::string> out;
  put_claim(out, "service", rule.service, rule, captures);
  put_claim(out, "os", rule.os, rule, captures);
  put_claim(out, "hw", rule.hw, rule, captures);
  put(out, "package", rule.package, rule, captures);
  put(out, "host_name", rule.host_name, rule, captures);
  std::string also;
  for (const auto& claim : rule.also) {
    const auto version = claim.version.expand(captures, rule.maps);
    if (version.empty()) continue;
    also += (also.empty() ? "" : ", ") + claim.product + " " + version;
  }
  if (!also.empty()) out["also"] = also;
  return out;
}

std::vector<std::string> capture_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 3 < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
      continue;
    }
    if (pattern[i] == '[') {
      i = after_class(pattern, i) - 1;
      continue;
    }
    if (pattern.substr(i, 2) != "(?") continue;
    const auto open = i + 2 + (pattern[i + 2] == 'P' ? 1 : 0);
    if (open + 1 >= pattern.size()) break;
    if (pattern[open] != '<' || pattern[open + 1] == '=' || pattern[open + 1] == '!') continue;
    const auto close = pattern.find('>', open);
    if (close == std::string_view::npos) break;
    names.emplace_back(pattern.substr(open + 1, close - open - 1));
  }
  return names;
}

int literal_bytes(const Part& part) {
  if (part.kind == MatchKind::pattern) {
    return part.texts.empty() ? 0 : LiteralCounter(without_flags(part.texts.front())).count();
  }
  std::size_t shortest = std::numeric_limits<int>::max();
  for (const auto& text : part.texts) shortest = std::min(shortest, text.size());
  return part.texts.empty() ? 0 : static_cast<int>(shortest);
}

int anchoring(const Part& part) {
  if (part.kind == MatchKind::equals) return 3;
  if (part.kind == MatchKind::contains || part.texts.empty()) return 0;
  const auto pattern = without_flags(part.texts.front());
  const bool front = pattern.starts_with('^');
  const bool back = pattern.ends_with('$') && !pattern.ends_with("\\$");
  return (front ? 1 : 0) + (back ? 1 : 0);
}

}  // namespace qingdan::identify
