// example_check — an accept example must be won by its rule with exactly the values it expects; a
// reject example must not match. Long hostile inputs must not run its captures into the limits.
#include "identify/example_check.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "identify/judge.h"
#include "qingdan/base/text.h"
#include "qingdan/net/address.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kExampleMaxBytes = 4096;
constexpr std::size_t kHostileBytes = 8192;
// Runs of what patterns repeat over: digits, words, gaps, dots, key=value lists, tags.
constexpr std::array<std::string_view, 7> kFillers{"0",    "a",    " ",         "1.",
                                                   "a1-_", "k=v;", "<a b=\"\">"};
// Each filler repeated.
const std::vector<std::string>& hostile_runs() {
  static const auto kRuns = [] {
    std::vector<std::string> runs;
    for (const auto filler : kFillers) {
      auto& run = runs.emplace_back();
      while (run.size() < kHostileBytes) run += filler;
    }
    return runs;
  }();
  return kRuns;
}

// RFC 2606, RFC 6761, RFC 6762 and what home routers invent.
constexpr std::array<std::string_view, 6> kDocumentationEnds{
    ".test", ".invalid", ".local", ".localdomain", ".lan", ".internal"};

// RFC 5737 and RFC 3849, loopback, unspecified, masks.
bool is_documentation(const net::Address& a) {
  const auto n = a.v4_value();
  return n >> 8 == 0xC00002 || n >> 8 == 0xC63364 || n >> 8 == 0xCB0071 || n >> 24 == 127 ||
         n >> 24 == 0 || n >> 24 == 255;
}
// Versions have four numbers too; only these ranges cannot be one by chance.
bool looks_real(const net::Address& a) {
  const auto n = a.v4_value();
  return n >> 24 == 10 || n >> 20 == 0xAC1 || n >> 24 >= 20;
}

bool is_word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '_' || c == '-' || c == '/';
}

// The first address in `text` that belongs to somebody; values of `expect` are no addresses.
std::optional<std::string> find_foreign_address(const std::string& text, const Example& example) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] < '0' || text[at] > '9' || (at > 0 && is_word_byte(text[at - 1]))) {
      ++at;
      continue;
    }
    auto end = text.find_first_not_of("0123456789.", at);
    end = end == std::string::npos ? text.size() : end;
    const auto word = trim(std::string_view(text).substr(at, end - at));
    const auto parsed = net::parse_address(word);
    const bool expected =
        std::any_of(example.expect.begin(), example.expect.end(),
                    [&](const auto& e) { return e.second.find(word) != std::string::npos; });
    if (parsed && !expected && looks_real(*parsed) && !is_documentation(*parsed))
      return std::string(word);
    at = end;
  }
  return std::nullopt;
}

bool is_documentation_name(const std::string& name) {
  const auto lower = to_lower_ascii(name);
  if (lower.find('.') == std::string::npos || lower.find("example") != std::string::npos)
    return true;
  return std::any_of(kDocumentationEnds.begin(), kDocumentationEnds.end(),
                     [&](std::string_view end) { return lower.ends_with(end); });
}

class ExampleRunner {
 public:
  ExampleRunner(const RuleBase& base, const RuleSet& set, const std::string& shipped,
                CheckReport& report)
      : base_(base), set_(set), shipped_(shipped), report_(report), scratch_(base.matcher()) {}

  void run() {
    for (std::uint32_t i = 0; i < set_.rules.size(); ++i) run(i);
    for (const auto& [pair, count] : overlaps_) {
      report_.overlaps.push_back(pair + " ×" + std::to_string(count));
    }
    for (const auto& [pair, count] : shadows_) {
      report_.shadows.push_back(pair.first + " takes from " + pair.second + " ×" +
                                std::to_string(count));
    }
  }

 private:
  void add(const Rule& rule, int line, std::string text) {
    report_.problems.push_back({rule.place.file, line, rule.id, std::move(text)});
  }

  void run(std::uint32_t index) {
    const auto& rule = set_.rules[index];
    if (rule.parts.empty()) return;
    if (rule.accept.empty()) add(rule, rule.place.line, "has no accept example");
    if (rule.reject.empty()) add(rule, rule.place.line, "has no reject example");
    for (const auto& example : rule.accept) accept(index, example);
    for (const auto& example : rule.reject) reject(index, example);
    report_.examples += rule.accept.size() + rule.reject.size();
  }

  std::vector<FieldValue> values_of(const Rule& rule, const Example& example) {
    std::vector<FieldValue> values;
    for (const auto& [name, text] : example.fields) {
      const bool read = std::any_of(rule.parts.begin(), rule.parts.end(),
                                    [&, n = name](const Part& part) { return part.input == n; });
      if (!read)
        add(rule, example.line, "the example gives " + name + ", which the rule does not read");
      if (text.size() > kExampleMaxBytes)
        add(rule, example.line, "the example is longer than 4 KiB");
      if (const auto address = find_foreign_address(text, example)) {
        add(rule, example.line, *address + " is no documentation address; use 192.0.2.0/24");
      }
      values.push_back({name, std::string(trim(text))});
    }
    return values;
  }

  void accept(std::uint32_t index, const Example& example) {
    const auto& rule = set_.rules[index];
    const auto values = values_of(rule, example);
    const auto& judgement = judge(base_, values, scratch_, room_);
    count_overlaps(index, judgement);
    if (!std::binary_search(judgement.matched.begin(), judgement.matched.end(), index)) {
      const auto beaten =
          std::find_if(judgement.matched.begin(), judgement.matched.end(), [&](auto m) {
            const auto& beats = set_.rules[m].beats;
            return std::find(beats.begin(), beats.end(), rule.id) != beats.end();
          });
      if (beaten != judgement.matched.end() && is_shadow(*beaten, index)) return;
      add(rule, example.line,
          beaten == judgement.matched.end()
              ? "the accept example does not match"
              : "loses to " + set_.rules[*beaten].id + ", which beats it");
      return;
    }
    must_win(index, rule.service.product, Subject::service, example, judgement);
    must_win(index, rule.os.product, Subject::os, example, judgement);
    must_win(index, rule.hw.product, Subject::hardware, example, judgement);
    count_taken(index, judgement);
    compare_values(rule, example, captures_of(index, values));
    check_hostile(rule, values, example.line);
  }

  void must_win(std::uint32_t index, const std::string& product, Subject subject,
                const Example& example, const Judgement& judgement) {
    const auto& rule = set_.rules[index];
    if (product.empty() || rule.trust < kSupportTrust) return;
    std::optional<std::uint32_t> winner;
    int standing = 0;
    bool won = false;
    const auto* own = base_.find_product(product);
    for (const auto& c : judgement.candidates) {
      if (c.subject != subject || c.implied || c.further || c.support_only || own == nullptr)
        continue;
      if (subject == Subject::service && c.product->role != own->role) continue;
      if (c.product->id == product && c.rule == index) won = true;
      const bool together = own->role == Role::component || own->role == Role::framework;
      if (together && c.product->id != product) continue;
      ++standing;
      if (c.rule != index) winner = c.rule;
    }
    if ((!won || standing > 1) && winner && is_shadow(*winner, index)) return;
    const auto name = winner ? set_.rules[*winner].id : "nobody";
    if (!won) {
      add(rule, example.line,
          product + ": loses to " + name + "; give the special rule more trust or better anchors");
    } else if (standing > 1) {
      add(rule, example.line, product + ": ties with " + name + "; make one of them more special");
    }
  }

  [[nodiscard]] bool is_own(std::uint32_t rule) const {
    return !set_.rules[rule].place.file.starts_with(shipped_);
  }
  // Counts it, where an own rule takes something from a shipped one.
  bool is_shadow(std::uint32_t winner, std::uint32_t loser) {
    if (!is_own(winner) || is_own(loser)) return false;
    ++shadows_[{set_.rules[winner].id, set_.rules[loser].id}];
    return true;
  }
  // On the example of an own rule: shipped rules that hold and say something that is not stated.
  void count_taken(std::uint32_t index, const Judgement& judgement) {
    if (!is_own(index)) return;
    for (const auto other : judgement.matched) {
      const auto& rule = set_.rules[other];
      const bool says =
          !rule.service.product.empty() || !rule.os.product.empty() || !rule.hw.product.empty();
      const bool stands = std::any_of(judgement.candidates.begin(), judgement.candidates.end(),
                                      [&](const Candidate& c) { return c.rule == other; });
      if (says && !stands) (void)is_shadow(index, other);
    }
  }

  Captures captures_of(std::uint32_t index, const std::vector<FieldValue>& values) {
    Captures captures;
    for (const auto& value : values) {
      for (const auto& hit : base_.matcher().match(value.name, value.value, scratch_)) {
        if (hit.rule != index) continue;
        captures.insert(captures.end(), hit.captures.begin(), hit.captures.end());
      }
    }
    return captures;
  }

  void compare_values(const Rule& rule, const Example& example, const Captures& captures) {
    const auto got = claimed_values(rule, captures);
    for (const auto& [name, value] : got) {
      const auto expected = example.expect.find(name);
      if (expected == example.expect.end()) {
        add(rule, example.line, name + " = \"" + value + "\" is claimed but not in expect");
      } else if (expected->second != value) {
        add(rule, example.line, name + " is \"" + value + "\", not \"" + expected->second + "\"");
      }
    }
    for (const auto& [name, value] : example.expect) {
      if (!got.contains(name))
        add(rule, example.line, name + " = \"" + value + "\" is expected but not claimed");
    }
    if (const auto name = got.find("host_name");
        name != got.end() && !is_documentation_name(name->second)) {
      add(rule, example.line,
          name->second + " is no documentation name; use example.com or *.test");
    }
  }

  // Before and after the example stands what a hostile peer would send. Any pattern may come to be
  // decided by PCRE2.
  void check_hostile(const Rule& rule, const std::vector<FieldValue>& values, int line) {
    for (const auto& part : rule.parts) {
      if (part.kind != MatchKind::pattern) continue;
      const auto value = std::find_if(values.begin(), values.end(),
                                      [&](const FieldValue& v) { return v.name == part.input; });
      if (value == values.end()) continue;
      std::vector<std::string> hostile;
      for (const auto& run : hostile_runs()) {
        // A byte that no pattern repeats over keeps the match away from the run.
        hostile.push_back(run + "\x01" + value->value);
        hostile.push_back(value->value + run);
      }
      const auto limit = find_limit(part.texts.front(), hostile);
      if (!limit) continue;
      return add(rule, line,
                 "the pattern runs into the match limit on long input (\"" +
                     std::string(kFillers[*limit / 2]) +
                     "\" repeated): anchor it or bound its repeats");
    }
  }

  void reject(std::uint32_t index, const Example& example) {
    const auto& rule = set_.rules[index];
    if (example.why.empty()) add(rule, example.line, "the reject example does not say why");
    const auto values = values_of(rule, example);
    const auto& matched = judge(base_, values, scratch_, room_).matched;
    if (std::binary_search(matched.begin(), matched.end(), index)) {
      add(rule, example.line, "the reject example matches");
    }
  }

  void count_overlaps(std::uint32_t index, const Judgement& judgement) {
    for (const auto other : judgement.matched) {
      if (other != index) ++overlaps_[set_.rules[index].id + " + " + set_.rules[other].id];
    }
  }

  const RuleBase& base_;
  const RuleSet& set_;
  const std::string& shipped_;
  CheckReport& report_;
  Matcher::Scratch scratch_;
  JudgeRoom room_;
  std::map<std::string, int> overlaps_;
  std::map<std::pair<std::string, std::string>, int> shadows_;  // own rule, shipped rule
};

bool is_sound(const Rule& rule) {
  return !rule.parts.empty() &&
         std::all_of(rule.parts.begin(), rule.parts.end(), [](const Part& part) {
           return std::none_of(part.texts.begin(), part.texts.end(), [&](const std::string& text) {
             return text.empty() || (part.kind == MatchKind::pattern && find_pattern_fault(text));
           });
         });
}

}  // namespace

void check_examples(const RuleSet& set, const std::string& shipped, CheckReport& report) {
  RuleSet sound;
  sound.products = set.products;
  // Asking the engines about each pattern takes as long as all the rest; where nothing was found
  // wrong, rule_check has just done it.
  const bool nothing_wrong = report.problems.empty();
  for (const auto& rule : set.rules) {
    if (nothing_wrong || is_sound(rule)) sound.rules.push_back(rule);
  }
  auto base = RuleBase::build(sound, report.release);
  if (!base) {
    report.problems.push_back({"", 0, "", base.error().text});
    return;
  }
  ExampleRunner(**base, sound, shipped, report).run();
}

}  // namespace qingdan::identify
