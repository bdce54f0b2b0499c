// laws — one function per law; the table at the end is what laws() and README.md list.
#include "qingdan/resolve/laws.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "qingdan/resolve/comparable.h"
#include "qingdan/resolve/facts.h"
#include "qingdan/resolve/reconcile.h"
#include "resolve/statements.h"

namespace qingdan::resolve {

using model::AssetRecord;
using model::ChangeType;
using model::PortState;
using model::Presence;
using model::ServiceRecord;
using model::World;

namespace {

class Finder {
 public:
  explicit Finder(const World& world) : world_(world) {}
  void add(int law, std::size_t index, std::string what) {
    const auto& number = index < world_.assets.size() ? world_.assets[index].number : std::string();
    found.push_back({law, number.empty() ? "#" + std::to_string(index) : number, std::move(what)});
  }
  std::vector<Violation> found;

 private:
  const World& world_;
};

std::string name_of(const ServiceRecord& service) {
  std::string text = service.at.zone + " " + service.at.ip.to_string() + " " +
                     std::string(net::to_string(service.at.transport)) + "/" +
                     std::to_string(service.at.port);
  return service.vhost.empty() ? text : text + " " + service.vhost;
}

// Law 1. Facts are made now and then; between two makings a claim may run out. What was right at
// some moment up to `now` is right.
bool was_right(const std::vector<model::Claim>& claims, const model::Facts& facts, UnixMillis now) {
  if (facts == resolve_claims(claims, now)) return true;
  return std::any_of(claims.begin(), claims.end(), [&](const auto& claim) {
    const UnixMillis before_end{claim.valid_until.value - 1};
    return claim.valid_until.value != 0 && before_end < now &&
           facts == resolve_claims(claims, before_end);
  });
}

void check_rebuild(const World& world, UnixMillis now, Finder& finder) {
  for (std::size_t a = 0; a < world.assets.size(); ++a) {
    const auto& asset = world.assets[a];
    if (!was_right(asset.claims, asset.facts, now)) finder.add(1, a, "facts of the host differ");
    for (const auto& service : asset.services) {
      if (!was_right(service.claims, service.facts, now)) {
        finder.add(1, a, "facts differ: " + name_of(service));
      }
    }
  }
}

void check_bindings(const World& world, Finder& finder) {
  std::map<std::pair<std::string, net::Address>, std::size_t> holders;
  for (std::size_t a = 0; a < world.assets.size(); ++a) {
    for (const auto& binding : world.assets[a].bindings) {
      if (binding.until.value != 0) {
        if (binding.until < binding.from) finder.add(26, a, "interval ends before it begins");
        continue;
      }
      const auto [other, first] = holders.try_emplace({binding.zone, binding.ip}, a);
      if (!first) {
        finder.add(20, a,
                   binding.zone + " " + binding.ip.to_string() + " is also held by #" +
                       std::to_string(other->second));
      }
    }
  }
}

void check_services(const World& world, Finder& finder) {
  using Key = std::tuple<const model::Endpoint&, const std::string&>;
  std::map<Key, std::size_t> owners;
  for (std::size_t a = 0; a < world.assets.size(); ++a) {
    const auto& asset = world.assets[a];
    for (const auto& service : asset.services) {
      if (!owners.try_emplace(Key{service.at, service.vhost}, a).second) {
        finder.add(21, a, "a second record of " + name_of(service));
      }
      if (service.state != PortState::closed && !holds(asset, service.at.zone, service.at.ip)) {
        finder.add(24, a, "open at an address it does not hold: " + name_of(service));
      }
      const bool counts = service.state == PortState::unseen ? service.misses > 0
                          : service.state == PortState::open ? service.misses == 0
                                                             : true;
      if (!counts) finder.add(25, a, "misses do not fit the state: " + name_of(service));
    }
  }
}

void check_numbers(const World& world, Finder& finder) {
  std::set<std::string> numbers;
  std::set<model::AssetId> ids;
  for (std::size_t a = 0; a < world.assets.size(); ++a) {
    const auto& asset = world.assets[a];
    if (!asset.number.empty() && !numbers.insert(asset.number).second) {
      finder.add(22, a, "number given twice: " + asset.number);
    }
    if (asset.id && !ids.insert(asset.id).second) finder.add(22, a, "id given twice");
  }
}

bool is_claim_list(const std::vector<model::Claim>& claims) {
  const auto key = [](const model::Claim& c) { return std::tie(c.field, c.source); };
  const bool ordered =
      std::adjacent_find(claims.begin(), claims.end(), [&](const auto& x, const auto& y) {
        return !(key(x) < key(y));
      }) == claims.end();
  return ordered && std::all_of(claims.begin(), claims.end(),
                                [](const auto& claim) { return has_value(claim.value); });
}

void check_lists(const World& world, Finder& finder) {
  for (std::size_t a = 0; a < world.assets.size(); ++a) {
    const auto& asset = world.assets[a];
    bool good = is_claim_list(asset.claims);
    for (const auto& service : asset.services) good = good && is_claim_list(service.claims);
    if (!good) finder.add(23, a, "claims are not one per field and source, in order, with values");
    const bool ordered = std::is_sorted(asset.services.begin(), asset.services.end(),
                                        [](const auto& x, const auto& y) {
                                          return std::tie(x.at, x.vhost) < std::tie(y.at, y.vhost);
                                        }) &&
                         std::is_sorted(asset.identifiers.begin(), asset.identifiers.end()) &&
                         std::is_sorted(asset.bindings.begin(), asset.bindings.end(),
                                        [](const auto& x, const auto& y) {
                                          return std::tie(x.from, x.ip) < std::tie(y.from, y.ip);
                                        });
    if (!ordered) finder.add(27, a, "parts are out of order");
  }
}

void check_presence(const World& world, Finder& finder) {
  for (std::size_t a = 0; a < world.assets.size(); ++a) {
    const auto& asset = world.assets[a];
    const bool fits = asset.presence == Presence::online    ? asset.misses == 0
                      : asset.presence == Presence::missing ? asset.misses >= 3
                                                            : asset.misses >= 1;
    if (!fits) finder.add(25, a, "misses do not fit the presence");
  }
}

void check_kept(const World& before, const World& after, Finder& finder) {
  std::set<model::ServiceId> kept;
  for (const auto& asset : after.assets) {
    for (const auto& service : asset.services) kept.insert(service.id);
  }
  for (std::size_t a = 0; a < before.assets.size(); ++a) {
    const auto& held = before.assets[a];
    if (a >= after.assets.size() || after.assets[a].id != held.id ||
        after.assets[a].number != held.number) {
      finder.add(28, a, "the asset is gone or moved");
      continue;
    }
    for (const auto& service : held.services) {
      if (service.id && !kept.contains(service.id)) finder.add(28, a, "lost: " + name_of(service));
    }
  }
}

std::vector<model::Claim> manual_of(const std::vector<model::Claim>& claims) {
  std::vector<model::Claim> manual;
  std::copy_if(claims.begin(), claims.end(), std::back_inserter(manual),
               [](const auto& claim) { return claim.source.rfind("probe:", 0) != 0; });
  return manual;
}

// A run writes claims of its own source; what people and sheets said stays to the letter.
void check_manual(const World& before, const World& after, Finder& finder) {
  for (std::size_t a = 0; a < before.assets.size() && a < after.assets.size(); ++a) {
    const auto& held = before.assets[a];
    if (manual_of(held.claims) != manual_of(after.assets[a].claims)) {
      finder.add(6, a, "a claim that is not the probe's has changed");
    }
    for (const auto& service : held.services) {
      const auto& now = after.assets[a].services;
      const auto same = std::find_if(now.begin(), now.end(), [&](const auto& s) {
        return s.at == service.at && s.vhost == service.vhost;
      });
      if (same != now.end() && manual_of(same->claims) != manual_of(service.claims)) {
        finder.add(6, a, "a claim that is not the probe's has changed: " + name_of(service));
      }
    }
  }
}

bool was_refused(const model::RunSeen& seen, const model::Endpoint& at) {
  return std::any_of(seen.hosts.begin(), seen.hosts.end(), [&](const auto& host) {
    return std::find(host.closed.begin(), host.closed.end(), at) != host.closed.end();
  });
}

// Laws 4 and 29: nothing is gone that was not asked.
void check_covered(const World& before, const model::RunSeen& seen, const model::Reconciled& result,
                   Finder& finder) {
  for (const auto& change : result.changes) {
    const auto a = static_cast<std::size_t>(std::max<std::int64_t>(change.asset_index, 0));
    if (change.type == ChangeType::port_closed && change.ip && change.port) {
      const model::Endpoint at{change.zone, *change.ip, change.port->transport, change.port->port};
      if (!seen.coverage.comparable(at) && !was_refused(seen, at)) {
        finder.add(4, a, "关闭端口 without coverage: " + change.ip->to_string());
      }
    }
    const bool gone =
        change.type == ChangeType::asset_suspect || change.type == ChangeType::asset_missing;
    if (!gone || a >= before.assets.size()) continue;
    for (const auto& place : places_of(before.assets[a])) {
      const auto outcome = seen.coverage.outcome(place.zone, place.ip);
      const bool asked = outcome && *outcome != model::HostOutcome::skipped &&
                         *outcome != model::HostOutcome::error &&
                         all_asked(before.assets[a], place.zone, place.ip, seen.coverage.ports);
      if (!asked) finder.add(4, a, "gone without coverage: " + place.ip.to_string());
    }
  }
}

bool is_deaf(const model::Reconciled& result, const model::RunSeen& seen) {
  return seen.hosts.empty() && !result.changes.empty() &&
         result.changes.front().type == ChangeType::coverage_gap;
}

}  // namespace

const std::vector<Law>& laws() {
  static const std::vector<Law> kLaws{{1, "facts equal what the claims resolve to"},
                                      {2, "the same run again changes nothing"},
                                      {4, "what was not asked is not gone"},
                                      {5, "a deaf run is one event and nothing else"},
                                      {6, "a run writes only claims of its own source"},
                                      {20, "an address has one holder at a time"},
                                      {21, "an endpoint has one record"},
                                      {22, "numbers and ids are given once"},
                                      {23, "one claim per field and source"},
                                      {24, "what is open stands at an address its asset holds"},
                                      {25, "counters fit the states"},
                                      {26, "intervals end after they begin"},
                                      {27, "parts are in order"},
                                      {28, "nothing held is lost"}};
  return kLaws;
}

std::vector<Violation> check_world(const World& world, UnixMillis now) {
  Finder finder(world);
  check_rebuild(world, now, finder);
  check_bindings(world, finder);
  check_services(world, finder);
  check_numbers(world, finder);
  check_lists(world, finder);
  check_presence(world, finder);
  return std::move(finder.found);
}

std::vector<Violation> check_step(const World& before, const model::RunSeen& seen,
                                  const model::Reconciled& result) {
  Finder finder(result.after);
  check_kept(before, result.after, finder);
  check_manual(before, result.after, finder);
  check_covered(before, seen, result, finder);
  if (is_deaf(result, seen)) {
    const bool quiet = result.changes.size() == 1 && result.after.assets == before.assets;
    if (!quiet) finder.add(5, 0, "a deaf run did more than say so");
    return std::move(finder.found);
  }
  const auto again = reconcile(result.after, seen);
  for (const auto& change : again.changes) {
    finder.add(2, static_cast<std::size_t>(std::max<std::int64_t>(change.asset_index, 0)),
               "told again: " + std::string(model::to_string(change.type)));
  }
  for (std::size_t a = 0; a < result.after.assets.size() && again.changes.empty(); ++a) {
    if (a >= again.after.assets.size() || again.after.assets[a] != result.after.assets[a]) {
      finder.add(2, a, "changed again");
    }
  }
  return std::move(finder.found);
}

}  // namespace qingdan::resolve
