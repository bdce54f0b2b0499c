// learn — choosing a field, making a condition of it, trying it out.
#include "qingdan/identify/learn.h"

#include <algorithm>
#include <array>
#include <optional>

#include "identify/learn_text.h"
#include "qingdan/base/text.h"
#include "qingdan/identify/matcher.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kExamplesMax = 3;
constexpr int kFirstTrust = 80;  // until somebody has seen more of them

// Fields by how well they usually tell a product; what is not here comes after, but for
// kNeverTells.
constexpr std::array<std::string_view, 9> kTellsBest{
    "html_title",        "http_header.server", "http_header.wwwauth",      "snmp.sys_description",
    "x509.subject",      "favicon.mmh3",       "http_header.x-powered-by", "html_meta",
    "http_header.cookie"};
// What every server of a protocol says, or another every minute; whole pages are for people to
// judge.
constexpr std::array<std::string_view, 14> kNeverTells{"http.status",
                                                       "http.status_line",
                                                       "http.headers",
                                                       "http.body",
                                                       "http_header.date",
                                                       "http_header.content-length",
                                                       "http_header.etag",
                                                       "http_header.last-modified",
                                                       "http_header.content-type",
                                                       "http_header.connection",
                                                       "http_header.location",
                                                       "http_header.expires",
                                                       "tls.cipher",
                                                       "tls.version"};

template <std::size_t N>
std::size_t position(const std::array<std::string_view, N>& list, std::string_view name) {
  return static_cast<std::size_t>(std::find(list.begin(), list.end(), name) - list.begin());
}

// Greetings and banners are the protocol's own place for a name.
std::size_t standing_of(std::string_view field) {
  if (field.ends_with(".banner") || field.ends_with("_banners") || field.ends_with(".banners"))
    return 0;
  return 1 + position(kTellsBest, field);
}

// Names of fields that every sample has, best first.
std::vector<std::string> shared_fields(std::span<const std::vector<FieldValue>> samples) {
  const auto has = [](const std::vector<FieldValue>& sample, std::string_view name) {
    return std::any_of(sample.begin(), sample.end(),
                       [&](const FieldValue& f) { return f.name == name; });
  };
  std::vector<std::string> names;
  for (const auto& field : samples.front()) {
    const bool fit = position(kNeverTells, field.name) == kNeverTells.size() &&
                     std::find(names.begin(), names.end(), field.name) == names.end() &&
                     std::all_of(samples.begin(), samples.end(),
                                 [&](const auto& sample) { return has(sample, field.name); });
    if (fit) names.push_back(field.name);
  }
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& a, const auto& b) { return standing_of(a) < standing_of(b); });
  return names;
}

// The first value of the field in each sample, each text once.
std::vector<std::string> values_of(std::span<const std::vector<FieldValue>> samples,
                                   std::string_view name) {
  std::vector<std::string> values;
  for (const auto& sample : samples) {
    const auto found = std::find_if(sample.begin(), sample.end(),
                                    [&](const FieldValue& f) { return f.name == name; });
    if (std::find(values.begin(), values.end(), found->value) == values.end())
      values.push_back(found->value);
  }
  return values;
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

std::optional<Rule> make_rule(const std::string& field, const std::vector<std::string>& values,
                              const Label& label) {
  Rule rule;
  Part part{field, MatchKind::pattern, {}};
  auto& claim = label.product.role == Role::os         ? rule.os
                : label.product.role == Role::hardware ? rule.hw
                                                       : rule.service;
  claim.product = label.product.id;
  std::optional<std::string> reject;
  if (is_fixed(field, values)) {
    part.kind = MatchKind::equals;
    part.texts = {values.front()};
    reject = changed_text(values.front());
  } else {
    auto shape = shape_of(values);
    if (!shape) return std::nullopt;
    part.texts = {shape->pattern};
    reject = shape->other;
    if (shape->has_version) {
      auto version = Template::parse("{version}");
      if (version) claim.version = std::move(*version);
    }
  }
  if (!reject) return std::nullopt;
  rule.parts = {std::move(part)};
  rule.protocol = label.protocol;
  rule.source = label.source;
  rule.trust = kFirstTrust;
  for (const auto& value : values) {
    if (rule.accept.size() < kExamplesMax)
      rule.accept.push_back({{{field, without_names(value)}}, {}, "", 0});
  }
  rule.reject.push_back({{{field, without_names(*reject)}}, {}, "another product says so", 0});
  return rule;
}

// N1, by the engines themselves; fills what the examples expect.
bool prove(Rule& rule, const std::vector<std::string>& values) {
  if (rule.parts.front().kind == MatchKind::pattern &&
      find_pattern_fault(rule.parts.front().texts.front())) {
    return false;
  }
  const auto matcher = Matcher::build({rule});
  if (!matcher) return false;
  const auto& part = rule.parts.front();
  const bool all = std::all_of(values.begin(), values.end(), [&](const std::string& value) {
    return holds(*matcher, part, value);
  });
  if (!all || holds(*matcher, part, rule.reject.front().fields.front().second)) return false;
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
  auto directory = field.substr(0, field.find_first_of("._"));
  return directory == "html" || directory == "favicon" ? "http" : directory;
}

}  // namespace

Result<Proposal> propose_rule(std::span<const std::vector<FieldValue>> samples,
                              const Label& label) {
  QD_EXPECTS(!samples.empty());
  for (const auto& field : shared_fields(samples)) {
    const auto values = values_of(samples, field);
    auto rule = make_rule(field, values, label);
    if (!rule || !prove(*rule, values)) continue;
    const auto directory = directory_of(field);
    rule->id = directory + "." + label.product.id;
    Proposal proposal;
    proposal.file = directory + "/" + label.product.id + ".toml";
    proposal.rules = rule_text(*rule, label.product.role);
    if (label.is_new) {
      proposal.product_file = "products/" + label.product.id + ".toml";
      proposal.products = product_text(label.product);
    }
    proposal.rule = std::move(*rule);
    return proposal;
  }
  return Error{ErrorCode::input,
               "what these services say has nothing in common that tells them from others; look at "
               "their evidence and write the rule by hand",
               ""};
}

}  // namespace qingdan::identify
