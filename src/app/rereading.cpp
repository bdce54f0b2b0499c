// rereading — see rereading.h.
#include "app/rereading.h"

#include <algorithm>
#include <tuple>

#include "app/stored_evidence.h"
#include "qingdan/model/json.h"
#include "qingdan/net/digest.h"

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

// Does one reading hold all that the other says? Confidence and rule may differ.
bool holds(const std::string& reading, const std::string& value) {
  if (reading == value) return true;
  const auto a = model::parse_product(reading), b = model::parse_product(value);
  if (a && b) return says_same(*a, *b);
  const auto many = model::parse_products(reading), all = model::parse_products(value);
  if (!many || !all) return false;
  return std::all_of(all->begin(), all->end(), [&](const ProductStatement& one) {
    return std::any_of(many->begin(), many->end(),
                       [&](const ProductStatement& other) { return says_same(other, one); });
  });
}

bool any_holds(const std::vector<Claim>& claims, std::string_view field, const std::string& value) {
  return std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
    return claim.field == field && holds(claim.value, value);
  });
}

model::HostSeen* find_host(model::RunSeen& seen, const std::string& zone, const net::Address& ip) {
  const auto key = std::tie(zone, ip);
  const auto found = std::lower_bound(
      seen.hosts.begin(), seen.hosts.end(), key,
      [](const auto& host, const auto& k) { return std::tie(host.zone, host.ip) < k; });
  return found != seen.hosts.end() && std::tie(found->zone, found->ip) == key ? &*found : nullptr;
}

// The release of the rules that read what the host answered; "" where they made nothing of it.
std::string release_of(const model::HostSeen& host) {
  for (const auto& service : host.services) {
    for (const auto& claim : service.claims) {
      if (!claim.rule_release.empty()) return claim.rule_release;
    }
  }
  return {};
}

// A held claim that a rule of another release made and that the run, which heard its subject again,
// does not make.
struct Unsaid {
  const AssetRecord& asset;
  const model::ServiceRecord* service;  // null: of the host
  const Claim& claim;
  const std::string& release;      // that read the run
  std::vector<Claim>& taken_back;  // where to note it
};

template <class Visit>
void for_each_unsaid(const AssetRecord& asset, model::RunSeen& seen, Visit visit) {
  const auto source = "probe:" + seen.run.vantage;
  const auto look = [&](const std::vector<Claim>& held, const std::vector<Claim>& said,
                        const model::ServiceRecord* service, const std::string& release,
                        std::vector<Claim>& taken_back) {
    for (const auto& claim : held) {
      const bool other = claim.source == source && !claim.rule.empty() &&
                         !claim.rule_release.empty() && claim.rule_release != release;
      if (other && !any_holds(said, claim.field, claim.value))
        visit(Unsaid{asset, service, claim, release, taken_back});
    }
  };
  for (const auto& binding : asset.bindings) {
    if (binding.until.value != 0) continue;
    auto* host = find_host(seen, binding.zone, binding.ip);
    const auto release = host == nullptr ? std::string() : release_of(*host);
    if (release.empty()) continue;
    look(asset.claims, host->claims, nullptr, release, host->taken_back);
    for (auto& said : host->services) {
      if (said.claims.empty()) continue;
      const auto held =
          std::find_if(asset.services.begin(), asset.services.end(), [&](const auto& service) {
            return service.at == said.at && service.vhost == said.vhost;
          });
      if (held != asset.services.end())
        look(held->claims, said.claims, &*held, release, said.taken_back);
    }
  }
}

}  // namespace

Rereading::Rereading(registry::Query query, std::shared_ptr<const identify::RuleBase> rules,
                     model::RunId run)
    : query_(std::move(query)), rules_(std::move(rules)), identifier_(rules_), run_(run) {}

bool Rereading::is_due(const model::World& before, model::RunSeen& seen) {
  bool due = false;
  for (const auto& asset : before.assets) {
    for_each_unsaid(asset, seen, [&](const Unsaid&) { due = true; });
    if (due) break;
  }
  return due;
}

bool Rereading::is_due(const std::vector<Change>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const Change& change) { return change.cause == Cause::rules; });
}

Result<void> Rereading::read(const model::ServiceRecord& service, model::RunId before,
                             std::vector<model::Finding>& findings, std::set<std::string>& bytes) {
  auto heard = newest_evidence(query_, service.at, service.vhost, before);
  if (!heard) return heard.error();
  if (heard->empty()) return {};
  for (const auto& observation : *heard) bytes.insert(net::sha256_hex(observation.raw));
  findings.push_back(identifier_.identify(*heard));
  return {};
}

Result<Rereading::Older> Rereading::read_service(const model::ServiceRecord& service,
                                                 model::RunId before) {
  Older older;
  std::vector<model::Finding> findings;
  if (auto done = read(service, before, findings, older.bytes); !done) return done.error();
  if (!findings.empty()) older.claims = std::move(findings.front().service_claims);
  return older;
}

Result<Rereading::Older> Rereading::read_host(const AssetRecord& asset, model::RunId before) {
  Older older;
  std::vector<model::Finding> findings;
  for (const auto& service : asset.services) {
    if (auto done = read(service, before, findings, older.bytes); !done) return done.error();
  }
  older.claims = identifier_.combine_host(findings);
  return older;
}

Result<Rereading::Older> Rereading::claims_of(const AssetRecord& asset, const Change& change) {
  if (!change.port) return read_host(asset, run_);
  const auto* service = find_service(asset, change);
  if (service == nullptr) return Older();
  return read_service(*service, run_);
}

// The bytes that the claim rests on decide; where they are not kept, whether its rule is there.
Result<bool> Rereading::is_taken_back(const Claim& claim, const AssetRecord& asset,
                                      const model::ServiceRecord* service) {
  const model::RunId after_it{claim.run.value + 1};
  const auto* subject = service != nullptr ? static_cast<const void*>(service) : &asset;
  if (last_.subject != subject || last_.before != after_it) {
    auto older = service != nullptr ? read_service(*service, after_it) : read_host(asset, after_it);
    if (!older) return older.error();
    last_ = {subject, after_it, std::move(*older)};
  }
  if (!last_.older.bytes.contains(claim.evidence)) return rules_->find_rule(claim.rule) == nullptr;
  return !any_holds(last_.older.claims, claim.field, claim.value);
}

Result<void> Rereading::take_back(const model::World& before, model::RunSeen& seen) {
  std::optional<Error> failure;
  for (const auto& asset : before.assets) {
    for_each_unsaid(asset, seen, [&](const Unsaid& unsaid) {
      if (failure || unsaid.release != rules_->release()) return;
      const auto gone = is_taken_back(unsaid.claim, asset, unsaid.service);
      if (!gone) {
        failure = gone.error();
      } else if (*gone) {
        unsaid.taken_back.push_back(unsaid.claim);
      }
    });
  }
  if (failure) return *failure;
  return {};
}

Result<void> Rereading::settle(model::Reconciled& reconciled) {
  std::vector<Change> told;
  told.reserve(reconciled.changes.size());
  for (auto& change : reconciled.changes) {
    told.push_back(std::move(change));
    auto& last = told.back();
    if (last.cause != Cause::rules || last.asset_index < 0) continue;
    const auto& asset = reconciled.after.assets[static_cast<std::size_t>(last.asset_index)];
    const auto* service = last.port ? find_service(asset, last) : nullptr;
    const auto* now = last.port ? service == nullptr ? nullptr : find_fact(service->facts, last)
                                : find_fact(asset.facts, last);
    if (now == nullptr || now->rule_release != rules_->release()) continue;
    auto older = claims_of(asset, last);
    if (!older) return older.error();
    if (older->bytes.empty() || any_holds(older->claims, last.field, now->value)) continue;
    if (last.before.empty()) {
      told.pop_back();
    } else {
      last.cause = Cause::observed;
    }
  }
  reconciled.changes = std::move(told);
  return {};
}

}  // namespace qingdan::app
