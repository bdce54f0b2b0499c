// combine_host — what all services of a host say together of the host, with the reasons, and what
// speaks against it. A claim in doubt (below kDoubt) carries the value that contradicts it as its
// basis: resolve makes a conflict of that, and people decide (待核实).
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "identify/combine.h"
#include "qingdan/identify/identifier.h"

namespace qingdan::identify {
namespace {

namespace field = model::field;

// Values that are this near to each other are not told apart.
constexpr int kNearTie = 5;

std::string endpoint_text(const model::Endpoint& at) {
  return std::to_string(at.port) + "/" + std::string(net::to_string(at.transport));
}

// What one port says of the host's system or device.
struct Said {
  model::ProductStatement statement;
  const Product* product{nullptr};
  const model::Claim* claim{nullptr};
  std::string source;  // its endpoint; of the host's own stack, which all ports show, the field
  bool support_only{false};
};

Said said_of(const RuleBase& base, const model::Finding& finding, const model::Claim& claim,
             model::ProductStatement statement, const Product& product) {
  Said said{std::move(statement), &product, &claim, endpoint_text(finding.at), false};
  const auto* rule = base.find_rule(claim.rule);
  if (rule == nullptr || !is_of_stack(rule->parts.front().input)) return said;
  said.source = rule->parts.front().input;
  said.support_only = claim.confidence < kSupportTrust;
  return said;
}

// All statements of one kind, the surest first; the order of findings does not matter.
std::vector<Said> sayings_of(const RuleBase& base, std::span<const model::Finding> findings,
                             std::string_view name) {
  std::vector<Said> sayings;
  for (const auto& finding : findings) {
    for (const auto& claim : finding.host_claims) {
      if (claim.field != name) continue;
      auto statement = model::parse_product(claim.value);
      if (!statement) continue;
      const auto* product = base.find_product(statement->id);
      if (product == nullptr) continue;
      sayings.push_back(said_of(base, finding, claim, std::move(*statement), *product));
    }
  }
  const auto key = [](const Said& s) {
    return std::tuple(-s.claim->confidence, std::string_view(s.source),
                      std::string_view(s.claim->value));
  };
  std::sort(sayings.begin(), sayings.end(),
            [&](const Said& a, const Said& b) { return key(a) < key(b); });
  return sayings;
}

std::vector<Hint> hints_of(const std::vector<Said>& sayings) {
  std::vector<Hint> hints;
  for (std::size_t i = 0; i < sayings.size(); ++i) {
    const auto& said = sayings[i];
    const int confidence = said.claim->confidence;
    hints.push_back({i, said.product, Rank{confidence, 0, 0, 0}, confidence, false,
                     said.support_only, said.statement.version, said.statement.model, said.source});
  }
  return hints;
}

// "依据：22/tcp ssh.openssh-debian 95、…；相反：445/tcp smb.windows 88 Windows": which ports say so
// by which rules and how surely, and which say otherwise. For people; cut where it grows long.
class Reason {
 public:
  void add(bool supports, const std::string& text) {
    auto& side = supports ? for_ : against_;
    if (side.ends_with("…")) return;
    const bool fits = side.size() + text.size() <= kMaxBytes;
    side += (side.empty() ? "" : "、") + (fits ? text : std::string("…"));
  }
  [[nodiscard]] std::string text() const {
    return "依据：" + for_ + (against_.empty() ? "" : "；相反：" + against_);
  }

 private:
  static constexpr std::size_t kMaxBytes = 300;
  std::string for_, against_;
};

std::string said_by(const std::string& source, const model::Claim& claim) {
  return source + " " + (claim.rule.empty() ? claim.field : claim.rule) + " " +
         std::to_string(claim.confidence);
}

// What holds of the host.
struct Verdict {
  std::string value;  // JSON
  int confidence{0};
  std::string rule, evidence, reason;
  std::string other;                // the value against it, where it is in doubt
  const Product* product{nullptr};  // of a system or device
};

std::optional<Verdict> judge_product(const RuleBase& base, std::span<const model::Finding> findings,
                                     std::string_view name) {
  auto sayings = sayings_of(base, findings, name);
  const auto chosen = choose_one(base, hints_of(sayings));
  if (!chosen) return std::nullopt;
  Verdict verdict;
  Reason reason;
  std::set<std::string> told;  // all ports show one stack
  for (const auto& said : sayings) {
    if (!told.insert(said_by(said.source, *said.claim)).second) continue;
    const bool supports = agree(base, *said.product, *chosen->product);
    const auto named =
        " " + (said.statement.product.empty() ? said.statement.vendor : said.statement.product);
    reason.add(supports, said_by(said.source, *said.claim) + (supports ? "" : named));
    const bool against = !supports && !said.support_only;
    if (against && chosen->confidence < kDoubt && verdict.other.empty())
      verdict.other = said.claim->value;
  }
  auto& said = sayings[chosen->origin];
  said.statement.confidence = chosen->confidence;
  verdict.value = model::to_json(said.statement);
  verdict.confidence = chosen->confidence;
  verdict.rule = said.statement.rule;
  verdict.evidence = said.claim->evidence;
  verdict.reason = reason.text();
  verdict.product = chosen->product;
  return verdict;
}

// A text, and how surely all ports together say it; each port adds once.
struct Tally {
  int confidence{0};
  const model::Claim* best{nullptr};
  std::vector<std::string> said;
};

std::map<std::string, Tally> tallies_of(std::span<const model::Finding> findings,
                                        std::string_view name) {
  std::map<std::string, Tally> tallies;
  for (const auto& finding : findings) {
    for (const auto& claim : finding.host_claims) {
      if (claim.field != name) continue;
      auto& tally = tallies[claim.value];
      tally.confidence =
          std::min(kMostCertain, 100 - (100 - tally.confidence) * (100 - claim.confidence) / 100);
      tally.said.push_back(said_by(endpoint_text(finding.at), claim));
      const auto key = [](const model::Claim& c) {
        return std::tuple(-c.confidence, std::string_view(c.rule), std::string_view(c.evidence));
      };
      if (tally.best == nullptr || key(claim) < key(*tally.best)) tally.best = &claim;
    }
  }
  for (auto& [value, tally] : tallies) std::sort(tally.said.begin(), tally.said.end());
  return tallies;
}

// The text most surely said. `settled`: JSON of the one that what the host is decides, "" = none.
std::optional<Verdict> judge_text(std::span<const model::Finding> findings, std::string_view name,
                                  const std::string& settled) {
  const auto tallies = tallies_of(findings, name);
  auto best = tallies.find(settled);
  for (auto at = tallies.begin(); settled.empty() && at != tallies.end(); ++at) {
    if (best == tallies.end() || at->second.confidence > best->second.confidence) best = at;
  }
  if (best == tallies.end()) return std::nullopt;
  Verdict verdict{best->first,
                  best->second.confidence,
                  best->second.best->rule,
                  best->second.best->evidence,
                  "",
                  "",
                  nullptr};
  Reason reason;
  for (const auto& text : best->second.said) reason.add(true, text);
  for (const auto& [value, tally] : tallies) {
    if (value == best->first) continue;
    const auto text = model::parse_text(value);
    for (const auto& said : tally.said) reason.add(false, said + " " + (text ? *text : value));
    const bool near_tie = tally.confidence + kNearTie >= best->second.confidence;
    if (!settled.empty() || !near_tie || !verdict.other.empty()) continue;
    verdict.other = value;
    verdict.confidence = std::min(verdict.confidence, kDoubt - 1);
  }
  verdict.reason = reason.text();
  return verdict;
}

// A device whose kind is known says what class the host is, whatever its system usually runs on.
std::string settled_class(const std::optional<Verdict>& hardware,
                          std::span<const model::Finding> findings) {
  if (!hardware || hardware->confidence < kDoubt || hardware->product->device_class.empty())
    return {};
  auto value = model::to_json(hardware->product->device_class);
  return tallies_of(findings, field::kDeviceClass).contains(value) ? value : std::string();
}

// Categories of the ports' products: what the host does.
std::string roles_of(std::span<const model::Finding> findings) {
  std::set<std::string> roles;
  for (const auto& finding : findings) {
    for (const auto& claim : finding.service_claims) {
      if (claim.field != field::kProduct) continue;
      const auto statement = model::parse_product(claim.value);
      if (statement && !statement->category.empty()) roles.insert(statement->category);
    }
  }
  std::string joined;
  for (const auto& role : roles) joined += (joined.empty() ? "" : ";") + role;
  return joined;
}

}  // namespace

// Every hint for itself: what they weigh is seen beside the host's other services (combine_host).
void claim_stack(const RuleBase& base, const Judgement& judgement, model::Finding& finding) {
  for (const auto& candidate : judgement.candidates) {
    if (candidate.subject == Subject::service || candidate.implied) continue;
    model::Claim claim;
    claim.field = candidate.subject == Subject::os ? field::kOs : field::kHardware;
    claim.value = model::to_json(state(base, candidate));
    claim.confidence = candidate.confidence;
    claim.rule = base.rules()[candidate.rule].id;
    claim.rule_release = base.release();
    claim.evidence = candidate.evidence;
    finding.host_claims.push_back(std::move(claim));
  }
}

std::vector<model::Claim> Identifier::combine_host(std::span<const model::Finding> findings) const {
  std::vector<model::Claim> claims;
  const auto add = [&](std::string_view name, std::optional<Verdict> verdict) {
    if (!verdict) return;
    model::Claim claim;
    claim.field = std::string(name);
    claim.value = std::move(verdict->value);
    claim.confidence = verdict->confidence;
    claim.rule = std::move(verdict->rule);
    claim.rule_release = rules_->release();
    claim.evidence = std::move(verdict->evidence);
    claim.reason = std::move(verdict->reason);
    claim.basis_value = std::move(verdict->other);
    claims.push_back(std::move(claim));
  };
  auto hardware = judge_product(*rules_, findings, field::kHardware);
  const auto device_class = settled_class(hardware, findings);
  add(field::kOs, judge_product(*rules_, findings, field::kOs));
  add(field::kHardware, std::move(hardware));
  add(field::kHostName, judge_text(findings, field::kHostName, ""));
  add(field::kDeviceClass, judge_text(findings, field::kDeviceClass, device_class));
  if (const auto roles = roles_of(findings); !roles.empty())
    add(field::kRole, Verdict{model::to_json(roles), kDoubt, "", "", "", "", nullptr});
  return claims;
}

}  // namespace qingdan::identify
