// rule_check — judgements over the whole rule base; examples are run by example_check.
#include "qingdan/identify/rule_check.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "identify/example_check.h"
#include "qingdan/base/text.h"
#include "qingdan/identify/dissect.h"
#include "qingdan/identify/rule_base.h"

namespace qingdan::identify {
namespace {

namespace fs = std::filesystem;
using Words = std::set<std::string, std::less<>>;

Result<Words> open_words(const fs::path& file) {
  std::ifstream in(file);
  if (!in)
    return Error{ErrorCode::io, file.string() + ": cannot be read; it holds the closed words", ""};
  Words words;
  for (std::string line; std::getline(in, line);) {
    const auto word = trim(line);
    if (!word.empty() && word.front() != '#') words.emplace(word);
  }
  return words;
}

struct Vocabulary {
  Words inputs, categories, device_classes, xinchuang;
};

Result<Vocabulary> open_vocabulary(const fs::path& dir) {
  Vocabulary out;
  for (const auto& [target, name] : {std::pair{&out.inputs, "input.txt"},
                                     {&out.categories, "category.txt"},
                                     {&out.device_classes, "device_class.txt"},
                                     {&out.xinchuang, "xinchuang.txt"}}) {
    auto words = open_words(dir / name);
    if (!words) return words.error();
    *target = std::move(*words);
  }
  return out;
}

// "http_header.*" in the list takes any header name in lower case.
bool is_input(const Words& inputs, const std::string& name) {
  if (inputs.contains(name)) return name.find('*') == std::string::npos;
  const auto dot = name.find('.');
  if (dot == std::string::npos || dot + 1 == name.size()) return false;
  return inputs.contains(name.substr(0, dot) + ".*") && to_lower_ascii(name) == name;
}

bool is_kebab(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool has_wide_class(std::string_view pattern) {
  bool inside = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      inside = true;
    } else if (pattern[i] == ']') {
      inside = false;
    } else if (inside && static_cast<unsigned char>(pattern[i]) >= 0x80) {
      return true;
    }
  }
  return false;
}

class Checker {
 public:
  Checker(const RuleSet& set, const Vocabulary& words, std::vector<RuleProblem>& problems)
      : set_(set), words_(words), problems_(problems) {
    for (const auto& product : set.products) products_.emplace(product.id, &product);
    for (const auto& rule : set.rules) rule_ids_.insert(rule.id);
  }
  void run() {
    for (const auto& product : set_.products) check(product);
    for (const auto& rule : set_.rules) check(rule);
  }

 private:
  void add(const Place& place, const std::string& id, std::string text) {
    problems_.push_back({place.file, place.line, id, std::move(text)});
  }
  const Product* find(const std::string& id) const {
    const auto found = products_.find(id);
    return found == products_.end() ? nullptr : found->second;
  }
  void must_be(const Words& words, const std::string& word, std::string_view list,
               const Place& place, const std::string& id) {
    if (word.empty() || words.contains(word)) return;
    add(place, id, "\"" + word + "\" is not in schema/vocabulary/" + std::string(list));
  }

  void check(const Product& p) {
    if (p.vendor.empty() && p.product.empty()) add(p.place, p.id, "vendor or product is missing");
    const bool device = p.role == Role::os || p.role == Role::hardware;
    if (p.product.empty() && !device)
      add(p.place, p.id, "product is missing; only os and hardware may do without");
    if (p.category.empty()) add(p.place, p.id, "category is missing");
    must_be(words_.categories, p.category, "category.txt", p.place, p.id);
    must_be(words_.device_classes, p.device_class, "device_class.txt", p.place, p.id);
    must_be(words_.xinchuang, p.xinchuang, "xinchuang.txt", p.place, p.id);
    if (p.cpe_part != "a" && p.cpe_part != "o" && p.cpe_part != "h") {
      add(p.place, p.id, "part must be a, o or h");
    }
    if (!p.cpe.empty() && std::count(p.cpe.begin(), p.cpe.end(), ':') != 1) {
      add(p.place, p.id, "cpe must be \"vendor:product\"");
    }
    if (!is_kebab(p.protocol))
      add(p.place, p.id, "protocol must be an IANA short name in lower case");
    reference(p.os, Role::os, "os", p);
    reference(p.hw, Role::hardware, "hw", p);
    if (!p.is_a.empty() && find(p.is_a) == nullptr)
      add(p.place, p.id, "is_a: no product \"" + p.is_a + "\"");
  }
  void reference(const std::string& id, Role role, const std::string& key, const Product& p) {
    if (id.empty()) return;
    const auto* found = find(id);
    if (found == nullptr) {
      add(p.place, p.id, key + ": no product \"" + id + "\"");
    } else if (found->role != role) {
      add(p.place, p.id, key + ": " + id + " has not the role " + std::string(to_string(role)));
    }
  }

  void check(const Rule& rule) {
    if (rule.parts.empty()) return;
    for (const auto& part : rule.parts) check(part, rule);
    check_claims(rule);
    check_captures(rule);
    if (rule.trust < 1 || rule.trust > 100) add(rule.place, rule.id, "trust must be 1 to 100");
    if (rule.source.empty())
      add(rule.place, rule.id, "source is missing: where does the fact come from?");
    if (!is_kebab(rule.protocol))
      add(rule.place, rule.id, "protocol must be an IANA short name in lower case");
    must_be(words_.device_classes, rule.device_class, "device_class.txt", rule.place, rule.id);
    for (const auto& id : rule.beats) {
      if (!rule_ids_.contains(id)) add(rule.place, rule.id, "beats: no rule \"" + id + "\"");
    }
  }
  void check(const Part& part, const Rule& rule) {
    if (!is_input(words_.inputs, part.input)) {
      add(rule.place, rule.id,
          "input \"" + part.input + "\" is not in schema/vocabulary/input.txt");
    }
    for (const auto& text : part.texts) {
      if (text.empty()) add(rule.place, rule.id, "an empty text matches everything");
      if (part.kind == MatchKind::contains && text.size() < 3) {
        add(rule.place, rule.id,
            "\"" + text + "\" is too short to be found anywhere; use a pattern");
      }
      if (part.kind != MatchKind::pattern) continue;
      if (const auto fault = find_pattern_fault(text))
        add(rule.place, rule.id, "pattern: " + *fault);
      if (has_wide_class(text)) {
        add(rule.place, rule.id,
            "pattern: a class [...] matches single bytes, Chinese is more than one; use (?:甲|乙)");
      }
    }
  }
  void check_claims(const Rule& rule) {
    const bool says = !rule.service.product.empty() || !rule.os.product.empty() ||
                      !rule.hw.product.empty() || !rule.also.empty() || !rule.protocol.empty() ||
                      !rule.host_name.empty() || !rule.device_class.empty();
    if (!says)
      add(rule.place, rule.id, "says nothing: give service, os, hw, protocol or host_name");
    const auto named = [&](const std::string& id, const std::string& key) -> const Product* {
      if (id.empty()) return nullptr;
      const auto* product = find(id);
      if (product == nullptr) add(rule.place, rule.id, key + ": no product \"" + id + "\"");
      return product;
    };
    const auto* service = named(rule.service.product, "service");
    const auto* os = named(rule.os.product, "os");
    const auto* hw = named(rule.hw.product, "hw");
    if (service != nullptr && (service->role == Role::os || service->role == Role::hardware)) {
      add(rule.place, rule.id,
          "service: " + service->id + " has role " + std::string(to_string(service->role)) +
              "; say it under os or hw");
    }
    if (os != nullptr && os->role != Role::os)
      add(rule.place, rule.id, "os: " + os->id + " has not the role os");
    if (hw != nullptr && hw->role != Role::hardware) {
      add(rule.place, rule.id, "hw: " + hw->id + " has not the role hardware");
    }
    for (const auto& also : rule.also) named(also.product, "also");
    if (is_of_stack(rule.parts.front().input)) check_stack(rule);
  }
  void check_stack(const Rule& rule) {
    const bool only = rule.service.product.empty() && rule.also.empty() && rule.protocol.empty() &&
                      rule.host_name.empty() && rule.device_class.empty();
    if (!only) {
      add(rule.place, rule.id,
          rule.parts.front().input +
              " shows the host's own stack: give os or hw, nothing of a port");
    }
  }
  void check_captures(const Rule& rule) {
    Words names;
    for (const auto& part : rule.parts) {
      if (part.kind != MatchKind::pattern) continue;
      for (auto& name : capture_names(part.texts.front())) {
        if (!names.insert(name).second)
          add(rule.place, rule.id, "the capture " + name + " stands twice");
      }
    }
    const auto use = [&](const Template& text) {
      for (const auto& name : text.captures()) {
        if (!names.contains(name)) {
          add(rule.place, rule.id, "\"" + text.text() + "\": there is no capture " + name);
        }
      }
    };
    for (const auto* claim : {&rule.service, &rule.os, &rule.hw}) {
      for (const auto* text : {&claim->version, &claim->name, &claim->model, &claim->cpe})
        use(*text);
    }
    for (const auto* text : {&rule.package, &rule.host_name}) use(*text);
    for (const auto& also : rule.also) use(also.version);
    for (const auto& [name, values] : rule.maps) {
      if (!names.contains(name)) add(rule.place, rule.id, "map: there is no capture " + name);
    }
  }

  const RuleSet& set_;
  const Vocabulary& words_;
  std::vector<RuleProblem>& problems_;
  std::map<std::string, const Product*> products_;
  std::set<std::string, std::less<>> rule_ids_;
};

}  // namespace

Result<CheckReport> check_rules(const RuleTexts& texts, const std::string& shipped,
                                const fs::path& vocabulary) {
  auto words = open_vocabulary(vocabulary);
  if (!words) return words.error();
  auto set = parse_rule_texts(texts);
  CheckReport report;
  report.rules = set.rules.size();
  report.products = set.products.size();
  report.release = release_of(texts);
  report.problems = std::move(set.problems);
  set.problems.clear();
  Checker(set, *words, report.problems).run();
  check_examples(set, shipped, report);
  std::sort(report.problems.begin(), report.problems.end());
  return report;
}

Result<CheckReport> check_rules(const std::vector<fs::path>& dirs, const fs::path& vocabulary) {
  auto texts = open_rule_texts(dirs);
  if (!texts) return texts.error();
  auto shipped = dirs.front().string();
  if (!shipped.ends_with('/')) shipped += '/';
  return check_rules(*texts, dirs.size() > 1 ? shipped : std::string(), vocabulary);
}

}  // namespace qingdan::identify
