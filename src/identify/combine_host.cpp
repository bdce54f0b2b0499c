// combine_host — what all services of a host say together of the host.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "identify/combine.h"
#include "qingdan/identify/identifier.h"

namespace qingdan::identify {
namespace {

namespace field = model::field;

std::string endpoint_text(const model::Endpoint& at) {
  return std::to_string(at.port) + std::string(net::to_string(at.transport));
}

// What one port says of the host's system or device.
struct Said {
  model::ProductStatement statement;
  const Product* product{nullptr};
  const model::Claim* claim{nullptr};
  std::string source;  // its endpoint
};

// All statements of one kind.
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
      sayings.push_back({std::move(*statement), product, &claim, endpoint_text(finding.at)});
    }
  }
  return sayings;
}

std::vector<Hint> hints_of(const std::vector<Said>& sayings) {
  std::vector<Hint> hints;
  for (std::size_t i = 0; i < sayings.size(); ++i) {
    const auto& [statement, product, claim, source] = sayings[i];
    hints.push_back({i, product, Rank{claim->confidence, 0, 0, 0}, claim->confidence, false,
                     statement.version, statement.model, source});
  }
  return hints;
}

struct Tally {
  int confidence{0};
  const model::Claim* best{nullptr};
};

// The text most surely said; each endpoint adds once.
const model::Claim* most_said(std::span<const model::Finding> findings, std::string_view name,
                              int& confidence) {
  std::map<std::string, Tally> tallies;
  for (const auto& finding : findings) {
    for (const auto& claim : finding.host_claims) {
      if (claim.field != name) continue;
      auto& tally = tallies[claim.value];
      tally.confidence =
          std::min(kMostCertain, 100 - (100 - tally.confidence) * (100 - claim.confidence) / 100);
      if (tally.best == nullptr || claim.confidence > tally.best->confidence) tally.best = &claim;
    }
  }
  const Tally* winner = nullptr;
  for (const auto& [value, tally] : tallies) {
    if (winner == nullptr || tally.confidence > winner->confidence) winner = &tally;
  }
  if (winner == nullptr) return nullptr;
  confidence = winner->confidence;
  return winner->best;
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

std::vector<model::Claim> Identifier::combine_host(std::span<const model::Finding> findings) const {
  std::vector<model::Claim> claims;
  const auto add = [&](std::string_view name, std::string value, int confidence, std::string rule,
                       std::string evidence) {
    model::Claim claim;
    claim.field = std::string(name);
    claim.value = std::move(value);
    claim.confidence = confidence;
    claim.rule = std::move(rule);
    claim.rule_release = rules_->release();
    claim.evidence = std::move(evidence);
    claims.push_back(std::move(claim));
  };
  for (const auto name : {field::kOs, field::kHardware}) {
    auto sayings = sayings_of(*rules_, findings, name);
    if (const auto chosen = choose_one(*rules_, hints_of(sayings))) {
      auto& said = sayings[chosen->origin];
      said.statement.confidence = chosen->confidence;
      add(name, model::to_json(said.statement), chosen->confidence, said.statement.rule,
          said.claim->evidence);
    }
  }
  for (const auto name : {field::kHostName, field::kDeviceClass}) {
    int confidence = 0;
    if (const auto* claim = most_said(findings, name, confidence)) {
      add(name, claim->value, confidence, claim->rule, claim->evidence);
    }
  }
  if (auto roles = roles_of(findings); !roles.empty()) {
    add(field::kRole, model::to_json(roles), kDoubt, "", "");
  }
  return claims;
}

}  // namespace qingdan::identify
