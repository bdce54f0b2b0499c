// learn — choosing a field, making a condition of it, trying it out.
#include "qingdan/identify/learn.h"

#include <algorithm>
#include <optional>

#include "identify/learn_shape.h"
#include "identify/learn_text.h"
#include "identify/telling_fields.h"
#include "qingdan/base/text.h"
#include "qingdan/identify/matcher.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kExamplesMax = 3;
constexpr std::size_t kExampleMaxBytes = 512;  // of a value whose pattern reads its beginning
constexpr std::size_t kProposalsMax = 8;
constexpr int kFirstTrust = 80;  // until somebody has seen more of them
// The only text that rules see with the white space around it.
constexpr std::string_view kUntrimmed = "unknown.stream";

// Names of fields that every sample has, best first.
std::vector<std::string> shared_fields(std::span<const std::vector<FieldValue>> samples) {
  const auto has = [](const std::vector<FieldValue>& sample, std::string_view name) {
    return std::any_of(sample.begin(), sample.end(),
                       [&](const FieldValue& f) { return f.name == name; });
  };
  std::vector<std::string> names;
  for (const auto& field : samples.front()) {
    const bool fit = tells_product(field.name) &&
                     std::find(names.begin(), names.end(), field.name) == names.end() &&
                     std::all_of(samples.begin(), samples.end(),
                                 [&](const auto& sample) { return has(sample, field.name); });
    if (fit) names.push_back(field.name);
  }
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& a, const auto& b) { return standing_of(a) < standing_of(b); });
  return names;
}

// A field of all samples.
struct Said {
  std::string field;
  std::vector<std::string> heard;   // the first value in each sample, each once
  std::vector<std::string> values;  // trimmed, as examples are, each once
};

void add_once(std::vector<std::string>& texts, std::string text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

Said said_by(std::span<const std::vector<FieldValue>> samples, const std::string& name) {
  Said said{name, {}, {}};
  for (const auto& sample : samples) {
    const auto found = std::find_if(sample.begin(), sample.end(),
                                    [&](const FieldValue& f) { return f.name == name; });
    add_once(said.heard, found->value);
    add_once(said.values, std::string(trim(found->value)));
  }
  return said;
}

bool holds(const Matcher& matcher, const Part& part, const std::string& value) {
  Matcher::Scratch scratch(matcher, VerdictMemory::none);
  return !matcher.match(part.input, value, scratch).empty();
}

// A hash, or a text without anything that changes, is given whole.
bool is_fixed(const std::string& field, const std::vector<std::string>& values) {
  if (values.size() != 1) return false;
  if (field.starts_with("favicon.")) return true;
  return field == "html_title" && !has_variable_word(values.front());
}

// With anchors, and room for white space where the field arrives with it.
std::string anchored(const Shape& shape, const Said& said) {
  const bool untrimmed = said.field == kUntrimmed;
  const bool indented =
      untrimmed && std::any_of(said.heard.begin(), said.heard.end(), [](const std::string& value) {
        return !value.empty() && !value.starts_with(trim(value).substr(0, 1));
      });
  const char* end = !shape.whole ? "" : untrimmed ? R"(\s{0,8}$)" : "$";
  return (indented ? R"(^\s{0,8})" : "^") + shape.pattern + end;
}

// As much of it as an example may show, without names and addresses.
std::string example_of(const std::string& value, const Part& part) {
  auto size = value.size();
  if (part.kind == MatchKind::pattern && size > kExampleMaxBytes) {
    size = kExampleMaxBytes;  // and no half of a character of UTF-8
    while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80) --size;
  }
  return std::string(trim(without_names(value.substr(0, size))));
}

Rule make_rule(Part part, const std::string& other, const Said& said, const Label& label) {
  Rule rule;
  auto& claim = label.product.role == Role::os         ? rule.os
                : label.product.role == Role::hardware ? rule.hw
                                                       : rule.service;
  claim.product = label.product.id;
  for (const auto& value : said.values) {
    if (rule.accept.size() < kExamplesMax)
      rule.accept.push_back({{{said.field, example_of(value, part)}}, {}, "", 0});
  }
  rule.reject.push_back(
      {{{said.field, example_of(other, part)}}, {}, "another product says so", 0});
  rule.parts = {std::move(part)};
  rule.protocol = label.protocol;
  rule.source = label.source;
  rule.trust = kFirstTrust;
  return rule;
}

std::optional<Rule> rule_of(const std::optional<Shape>& shape, const Said& said,
                            const Label& label) {
  if (!shape) return std::nullopt;
  auto rule = make_rule({said.field, MatchKind::pattern, {anchored(*shape, said)}}, shape->other,
                        said, label);
  if (!shape->has_version) return rule;
  auto& claim = !rule.os.product.empty()   ? rule.os
                : !rule.hw.product.empty() ? rule.hw
                                           : rule.service;
  if (auto version = Template::parse("{version}")) claim.version = std::move(*version);
  return rule;
}

// The conditions on one field, best first.
std::vector<Rule> rules_on(const Said& said, std::size_t services, const Label& label) {
  std::vector<Rule> rules;
  if (is_fixed(said.field, said.values)) {
    const auto& value = said.values.front();
    if (const auto other = changed_text(value))
      rules.push_back(make_rule({said.field, MatchKind::equals, {value}}, *other, said, label));
    return rules;
  }
  if (auto rule = rule_of(shape_of(said.values), said, label)) rules.push_back(std::move(*rule));
  if (auto rule = rule_of(beginning_of(said.values, services), said, label))
    rules.push_back(std::move(*rule));
  return rules;
}

// N1, by the engines themselves; fills what the examples expect.
bool prove(Rule& rule, const Said& said) {
  const auto& part = rule.parts.front();
  if (part.kind == MatchKind::pattern && find_pattern_fault(part.texts.front())) return false;
  const auto matcher = Matcher::build({rule});
  if (!matcher) return false;
  const auto all = [&](const std::vector<std::string>& values) {
    return std::all_of(values.begin(), values.end(),
                       [&](const std::string& value) { return holds(*matcher, part, value); });
  };
  if (!all(said.heard) || !all(said.values)) return false;
  if (holds(*matcher, part, rule.reject.front().fields.front().second)) return false;
  Matcher::Scratch scratch(*matcher, VerdictMemory::none);
  for (auto& example : rule.accept) {
    const auto& hits = matcher->match(part.input, example.fields.front().second, scratch);
    if (hits.empty()) return false;
    example.expect = claimed_values(rule, hits.front().captures);
  }
  return true;
}

// The directory of a rule's id, by the field it reads: "ssh" of ssh.banner, "http" of html_title.
std::string directory_of(const std::string& field) {
  if (field == kUntrimmed) return "stream";
  auto directory = field.substr(0, field.find_first_of("._"));
  return directory == "html" || directory == "favicon" ? "http" : directory;
}

Proposal proposal_of(Rule rule, const Label& label) {
  const auto directory = directory_of(rule.parts.front().input);
  rule.id = directory + "." + label.rule;
  Proposal proposal;
  proposal.file = directory + "/" + label.rule + ".toml";
  proposal.rules = rule_text(rule, label.product.role);
  if (label.is_new) {
    proposal.product_file = "products/" + label.product.id + ".toml";
    proposal.products = product_text(label.product);
  }
  proposal.rule = std::move(rule);
  return proposal;
}

}  // namespace

Result<std::vector<Proposal>> propose_rules(std::span<const std::vector<FieldValue>> samples,
                                            const Label& label) {
  QD_EXPECTS(!samples.empty());
  std::vector<Proposal> proposals;
  for (const auto& field : shared_fields(samples)) {
    const auto said = said_by(samples, field);
    for (auto& rule : rules_on(said, samples.size(), label)) {
      if (proposals.size() < kProposalsMax && prove(rule, said))
        proposals.push_back(proposal_of(std::move(rule), label));
    }
  }
  if (!proposals.empty()) return proposals;
  return Error{ErrorCode::input,
               "what these services say has nothing in common that tells them from others; look at "
               "their evidence and write the rule by hand",
               ""};
}

}  // namespace qingdan::identify
