// judge — hits to rules, rules to candidates, candidates that stand.
#include "identify/judge.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace qingdan::identify {
namespace {

// Of 100 hosts that run a product which exists only on an OS, how many we trust to be read right;
// below any rule that reads the OS itself.
constexpr int kImpliedPercent = 80;

struct Match {
  std::uint32_t rule{0};
  std::size_t value{0};  // of the first part
  Captures captures;
};

// Rules whose parts all hold. A conjunction holds once per response, others once per value.
std::vector<Match> find_matches(const RuleBase& base, const std::vector<FieldValue>& response,
                                Matcher::Scratch& scratch) {
  std::vector<Match> matches;
  std::map<std::uint32_t, std::map<std::uint16_t, Match>> parts;
  for (std::size_t v = 0; v < response.size(); ++v) {
    for (const auto& hit : base.matcher().match(response[v].name, response[v].value, scratch)) {
      Match match{hit.rule, v, hit.captures};
      if (base.rules()[hit.rule].parts.size() == 1) {
        matches.push_back(std::move(match));
      } else {
        parts[hit.rule].emplace(hit.part, std::move(match));
      }
    }
  }
  for (auto& [rule, held] : parts) {
    if (held.size() != base.rules()[rule].parts.size()) continue;
    Match whole{rule, held.begin()->second.value, {}};
    for (auto& [part, match] : held) {
      whole.captures.insert(whole.captures.end(), match.captures.begin(), match.captures.end());
    }
    matches.push_back(std::move(whole));
  }
  return matches;
}

void drop_beaten(const RuleBase& base, std::vector<Match>& matches) {
  std::set<std::string_view> beaten;
  for (const auto& match : matches) {
    for (const auto& id : base.rules()[match.rule].beats) beaten.insert(id);
  }
  if (beaten.empty()) return;
  std::erase_if(matches, [&](const Match& m) { return beaten.contains(base.rules()[m.rule].id); });
}

// Turns the claims of one match into candidates.
class CandidateMaker {
 public:
  CandidateMaker(const RuleBase& base, const std::vector<FieldValue>& response)
      : base_(base), response_(response) {}

  void take(const Match& match) {
    const auto& rule = base_.rules()[match.rule];
    add(match, rule.service, Subject::service);
    add(match, rule.os, Subject::os);
    add(match, rule.hw, Subject::hardware);
    for (const auto& also : rule.also) {
      auto candidate = make(match, also.product, Subject::service);
      if (!candidate) continue;
      candidate->further = true;
      set_version(*candidate, also.version.expand(match.captures, rule.maps), rule);
      push(std::move(*candidate));
    }
  }
  [[nodiscard]] std::vector<Candidate> take_all() && { return std::move(made_); }

 private:
  static void set_version(Candidate& candidate, std::string version, const Rule& rule) {
    candidate.version = std::move(version);
    candidate.precision = candidate.version.empty() ? model::Precision::unknown : rule.precision;
  }
  std::optional<Candidate> make(const Match& match, const std::string& id, Subject subject) {
    const auto* product = id.empty() ? nullptr : base_.find_product(id);
    if (product == nullptr) return std::nullopt;
    const auto& rule = base_.rules()[match.rule];
    Candidate candidate;
    candidate.subject = product->role == Role::os         ? Subject::os
                        : product->role == Role::hardware ? Subject::hardware
                                                          : subject;
    candidate.product = product;
    candidate.rule = match.rule;
    candidate.rank = base_.rank(match.rule);
    candidate.confidence = rule.trust;
    candidate.support_only = rule.trust < kSupportTrust;
    candidate.field = response_[match.value].name;
    candidate.value = match.value;
    return candidate;
  }
  void add(const Match& match, const ProductClaim& claim, Subject subject) {
    auto candidate = make(match, claim.product, subject);
    if (!candidate) return;
    const auto& rule = base_.rules()[match.rule];
    const auto& c = match.captures;
    set_version(*candidate, claim.version.expand(c, rule.maps), rule);
    candidate->name = claim.name.expand(c, rule.maps);
    candidate->model = claim.model.expand(c, rule.maps);
    candidate->cpe = claim.cpe.expand(c, rule.maps);
    if (subject == Subject::service) candidate->package = rule.package.expand(c, rule.maps);
    push(std::move(*candidate));
  }
  // What exists only on one OS or device says that OS or device too.
  void push(Candidate candidate) {
    for (const auto* id : {&candidate.product->os, &candidate.product->hw}) {
      const auto* product = id->empty() ? nullptr : base_.find_product(*id);
      if (product == nullptr) continue;
      Candidate implied;
      implied.subject = id == &candidate.product->os ? Subject::os : Subject::hardware;
      implied.product = product;
      implied.rule = candidate.rule;
      implied.rank = candidate.rank;
      implied.confidence = candidate.confidence * kImpliedPercent / 100;
      implied.support_only = candidate.support_only;
      implied.implied = true;
      implied.field = candidate.field;
      implied.value = candidate.value;
      made_.push_back(std::move(implied));
    }
    made_.push_back(std::move(candidate));
  }

  const RuleBase& base_;
  const std::vector<FieldValue>& response_;
  std::vector<Candidate> made_;
};

bool all_stand(const Candidate& c) {
  return c.subject == Subject::service &&
         (c.product->role == Role::component || c.product->role == Role::framework);
}

// Candidates with the same key compete.
std::string competition_key(const Candidate& c) {
  const char subject = c.subject == Subject::service ? 's' : c.subject == Subject::os ? 'o' : 'h';
  std::string key{subject, c.implied ? 'i' : '-'};
  key += std::to_string(c.value) + ":";
  if (c.subject == Subject::service) key += to_string(c.product->role);
  if (all_stand(c)) key += ":" + c.product->id;
  return key;
}

std::vector<Candidate> compete(std::vector<Candidate> all) {
  if (all.size() < 2) return all;
  std::map<std::string, std::vector<Candidate>> rounds;
  std::vector<Candidate> standing;
  for (auto& candidate : all) {
    if (candidate.support_only) {
      standing.push_back(std::move(candidate));
    } else {
      auto key = competition_key(candidate);
      rounds[std::move(key)].push_back(std::move(candidate));
    }
  }
  for (auto& [key, round] : rounds) {
    const auto best =
        std::max_element(round.begin(), round.end(), [](const auto& a, const auto& b) {
          return a.rank < b.rank;
        })->rank;
    std::set<std::string_view> products;
    for (const auto& c : round) {
      if (c.rank == best) products.insert(c.product->id);
    }
    std::set<std::string_view> taken;
    for (auto& c : round) {
      if (c.rank != best || !taken.insert(c.product->id).second) continue;
      if (products.size() > 1) c.confidence /= 2;
      standing.push_back(std::move(c));
    }
  }
  std::stable_sort(standing.begin(), standing.end(),
                   [](const auto& a, const auto& b) { return a.value < b.value; });
  return standing;
}

}  // namespace

Judgement judge(const RuleBase& base, const std::vector<FieldValue>& response,
                Matcher::Scratch& scratch) {
  auto matches = find_matches(base, response, scratch);
  drop_beaten(base, matches);
  Judgement out;
  CandidateMaker maker(base, response);
  for (const auto& match : matches) {
    const auto& rule = base.rules()[match.rule];
    out.matched.push_back(match.rule);
    maker.take(match);
    if (!rule.protocol.empty()) out.protocols.push_back({rule.protocol, match.rule, rule.trust});
    if (!rule.device_class.empty()) {
      out.device_classes.push_back({rule.device_class, match.rule, rule.trust});
    }
    if (auto name = rule.host_name.expand(match.captures, rule.maps); !name.empty()) {
      out.host_names.push_back({std::move(name), match.rule, rule.trust});
    }
  }
  std::sort(out.matched.begin(), out.matched.end());
  out.matched.erase(std::unique(out.matched.begin(), out.matched.end()), out.matched.end());
  out.candidates = compete(std::move(maker).take_all());
  return out;
}

}  // namespace qingdan::identify
