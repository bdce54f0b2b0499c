// rereading — see rereading.h.
#include "app/rereading.h"

#include <algorithm>

#include "app/stored_evidence.h"
#include "qingdan/model/json.h"

namespace qingdan::app {
namespace {

using model::AssetRecord;
using model::Cause;
using model::Change;
using model::Claim;
using model::Fact;
using model::ProductStatement;

const Fact* find_fact(const model::Facts& facts, const Change& change) {
  const auto found = facts.find(change.field);
  const bool same = found != facts.end() && found->second.evidence == change.evidence;
  return same ? &found->second : nullptr;
}

bool is_at(const model::ServiceRecord& service, const Change& change) {
  return change.ip && change.port && service.at.zone == change.zone &&
         service.at.ip == *change.ip && service.at.transport == change.port->transport &&
         service.at.port == change.port->port;
}

// Of several names on one endpoint the one whose bytes the change rests on.
const model::ServiceRecord* find_service(const AssetRecord& asset, const Change& change) {
  const auto found =
      std::find_if(asset.services.begin(), asset.services.end(), [&](const auto& service) {
        return is_at(service, change) && find_fact(service.facts, change) != nullptr;
      });
  return found == asset.services.end() ? nullptr : &*found;
}

bool says_same(const ProductStatement& a, const ProductStatement& b) {
  return a.vendor == b.vendor && a.product == b.product && a.version == b.version &&
         a.model == b.model;
}

// Does the older reading hold what the change says is new? Confidence and rule may differ.
bool holds(const Claim& older, const Fact& now) {
  if (older.value == now.value) return true;
  const auto a = model::parse_product(older.value), b = model::parse_product(now.value);
  if (a && b) return says_same(*a, *b);
  const auto many = model::parse_products(older.value), all = model::parse_products(now.value);
  if (!many || !all) return false;
  return std::all_of(all->begin(), all->end(), [&](const ProductStatement& one) {
    return std::any_of(many->begin(), many->end(),
                       [&](const ProductStatement& other) { return says_same(other, one); });
  });
}

}  // namespace

Rereading::Rereading(registry::Query query, std::shared_ptr<const identify::RuleBase> rules,
                     model::RunId run)
    : query_(std::move(query)), rules_(std::move(rules)), identifier_(rules_), run_(run) {}

bool Rereading::is_due(const std::vector<Change>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const Change& change) { return change.cause == Cause::rules; });
}

Result<std::optional<model::Finding>> Rereading::read_again(const model::ServiceRecord& service) {
  auto heard = newest_evidence(query_, service.at, service.vhost, run_);
  if (!heard) return heard.error();
  if (heard->empty()) return std::optional<model::Finding>();
  return std::optional(identifier_.identify(*heard));
}

// What the rules of today make of the older bytes that the change is about; none where no bytes
// are.
Result<std::vector<Claim>> Rereading::claims_of(const AssetRecord& asset, const Change& change) {
  if (change.port) {
    const auto* service = find_service(asset, change);
    if (service == nullptr) return std::vector<Claim>();
    auto finding = read_again(*service);
    if (!finding) return finding.error();
    return *finding ? std::move((*finding)->service_claims) : std::vector<Claim>();
  }
  std::vector<model::Finding> findings;
  for (const auto& service : asset.services) {
    auto finding = read_again(service);
    if (!finding) return finding.error();
    if (*finding) findings.push_back(std::move(**finding));
  }
  return identifier_.combine_host(findings);
}

Result<void> Rereading::settle(model::Reconciled& reconciled) {
  for (auto& change : reconciled.changes) {
    if (change.cause != Cause::rules || change.asset_index < 0) continue;
    const auto& asset = reconciled.after.assets[static_cast<std::size_t>(change.asset_index)];
    const auto* service = change.port ? find_service(asset, change) : nullptr;
    const auto* now = change.port ? service == nullptr ? nullptr : find_fact(service->facts, change)
                                  : find_fact(asset.facts, change);
    if (now == nullptr || now->rule_release != rules_->release()) continue;
    auto claims = claims_of(asset, change);
    if (!claims) return claims.error();
    if (claims->empty()) continue;
    const bool read_so_before = std::any_of(
        claims->begin(), claims->end(),
        [&](const Claim& claim) { return claim.field == change.field && holds(claim, *now); });
    if (!read_so_before) change.cause = Cause::observed;
  }
  return {};
}

}  // namespace qingdan::app
