// reconcile — the passes of one run over the register, in this order: who is who (identity), what
// each asset's silence means (comparable), which silence not to believe (presence), who holds which
// address now, and then asset by asset: hear, count, resolve, compare with what was.
#include "qingdan/resolve/reconcile.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "qingdan/resolve/comparable.h"
#include "qingdan/resolve/diff.h"
#include "qingdan/resolve/identity.h"
#include "qingdan/resolve/presence.h"
#include "resolve/families.h"
#include "resolve/hearing.h"

namespace qingdan::resolve {

using model::AssetRecord;
using model::HostSeen;
using model::Reconciled;
using model::RunSeen;
using model::World;

namespace {

using Place = std::pair<std::string, net::Address>;
Place place_of(const HostSeen& host) { return {host.zone, host.ip}; }

bool is_orderly(const RunSeen& seen) {
  return std::adjacent_find(seen.hosts.begin(), seen.hosts.end(),
                            [](const HostSeen& a, const HostSeen& b) {
                              return !(place_of(a) < place_of(b));
                            }) == seen.hosts.end();
}

// Hosts by (zone, ip), each address once, so that the order of arrival is no matter.
RunSeen orderly(RunSeen seen) {
  std::stable_sort(seen.hosts.begin(), seen.hosts.end(), [](const HostSeen& a, const HostSeen& b) {
    return std::tie(a.zone, a.ip, a.time) < std::tie(b.zone, b.ip, b.time);
  });
  std::vector<HostSeen> hosts;
  const auto append = [](auto& to, auto& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  for (auto& host : seen.hosts) {
    if (hosts.empty() || place_of(hosts.back()) != place_of(host)) {
      hosts.push_back(std::move(host));
      continue;
    }
    auto& first = hosts.back();
    first.time = std::max(first.time, host.time);
    append(first.identifiers, host.identifiers);
    append(first.claims, host.claims);
    append(first.taken_back, host.taken_back);
    append(first.services, host.services);
    append(first.closed, host.closed);
  }
  seen.hosts = std::move(hosts);
  return seen;
}

// What the passes found out about one old asset.
struct Part {
  std::vector<std::size_t> hosts;
  Judged judged;
  std::vector<Place> opened, closed;
  std::map<net::Address, net::Address> moved;
  std::string was;  // describe_holder() before the run, where another machine took its address
};

class Step {
 public:
  Step(World before, const RunSeen& seen)
      : seen_(seen),
        frame_{seen, "probe:" + seen.run.vantage, time_of(seen.run)},
        matches_(match_hosts(before, seen)),
        parts_(before.assets.size()),
        families_(before) {
    result_.after = std::move(before);
  }

  Reconciled run() {
    for (std::size_t h = 0; h < matches_.size(); ++h) assign(h);
    std::vector<Judged> judged;
    for (std::size_t a = 0; a < parts_.size(); ++a) judged.push_back(judge(a));
    guard_ = judge_run(result_.after, seen_, judged);
    result_.changes = guard_.changes;
    for (auto& change : tell_middleboxes(result_.after, seen_)) {
      result_.changes.push_back(std::move(change));
    }
    if (guard_.deaf) return std::move(result_);
    for (std::size_t a = 0; a < parts_.size(); ++a) move_addresses(a);
    find_strays();
    collect_inheritance();
    for (std::size_t a = 0; a < parts_.size(); ++a) settle(a);
    make_new_assets();
    families_.hush(result_);
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is_newer(const AssetRecord& asset, const HostSeen* host) const;
  [[nodiscard]] UnixMillis now_for(const AssetRecord& asset) const {
    return std::max(frame_.at, asset.last_covered);
  }
  [[nodiscard]] DiffContext context_for(std::size_t index) const;
  [[nodiscard]] bool is_closing(std::size_t a, const Place& place) const {
    const auto& closed = parts_[a].closed;
    return std::find(closed.begin(), closed.end(), place) != closed.end();
  }

  void assign(std::size_t h);
  [[nodiscard]] Judged judge(std::size_t a);
  [[nodiscard]] Sight sight_of(std::size_t a) const;
  void move_addresses(std::size_t a);
  void find_strays();
  void collect_inheritance();
  void settle(std::size_t a);
  void hear(AssetRecord& asset, std::size_t a);
  void count_other_places(AssetRecord& asset, const std::set<Place>& here) const;
  void count_silence(AssetRecord& asset, std::size_t a) const;
  void count_run(AssetRecord& asset, std::size_t a);
  [[nodiscard]] bool has_expired(const AssetRecord& asset) const;
  void make_new_assets();
  void tell_new_asset(std::size_t h, std::size_t index);

  const RunSeen& seen_;
  RunFrame frame_;
  std::vector<Match> matches_;
  std::vector<Part> parts_;
  const Families families_;
  Guard guard_;
  std::multimap<Place, std::size_t>
      strays_;                        // address → assets with records there they do not hold
  std::vector<Inherited> inherited_;  // by host
  std::set<std::pair<std::size_t, model::ServiceId>> given_away_;  // by old asset
  Reconciled result_;
};

bool Step::is_newer(const AssetRecord& asset, const HostSeen* host) const {
  if (frame_.at > asset.last_covered) return true;
  return host != nullptr && host->time > asset.last_seen;
}

DiffContext Step::context_for(std::size_t index) const {
  DiffContext context;
  context.run = seen_.run.id;
  context.time = seen_.run.ended.value != 0 ? seen_.run.ended : frame_.at;
  context.index = static_cast<std::int64_t>(index);
  context.earlier = &result_.after.earlier;
  return context;
}

// A run older than what is held of an asset may add to it, but moves neither it nor its address.
void Step::assign(std::size_t h) {
  auto& match = matches_[h];
  const auto& host = seen_.hosts[h];
  if (match.displaced && !is_newer(result_.after.assets[*match.displaced], &host)) {
    match.rule = 0;
    return;
  }
  if (match.asset) {
    const auto& asset = result_.after.assets[*match.asset];
    if (!holds(asset, host.zone, host.ip) && !is_newer(asset, &host)) {
      match.rule = 0;
      return;
    }
    parts_[*match.asset].hosts.push_back(h);
  }
  if (match.displaced) {
    parts_[*match.displaced].judged.displaced = true;
    parts_[*match.displaced].closed.push_back(place_of(host));
  }
}

Sight Step::sight_of(std::size_t a) const {
  const auto& asset = result_.after.assets[a];
  const auto& part = parts_[a];
  if (!part.hosts.empty()) return Sight::answered;
  const auto places = places_of(asset);
  if (places.empty()) return Sight::unjudged;
  Sight result = Sight::silent;
  for (const auto& place : places) {
    if (is_closing(a, {place.zone, place.ip})) continue;
    auto sight = sight_at(asset, place.zone, place.ip, seen_);
    // What answers at an address the asset has lost is somebody else.
    if (place.until.value != 0 && sight == Sight::answered) sight = Sight::silent;
    if (sight == Sight::answered) return sight;
    if (sight == Sight::unjudged) result = sight;
  }
  const bool heard = result != Sight::silent || heard_from(asset, seen_.run.vantage);
  return heard ? result : Sight::unjudged;
}

Judged Step::judge(std::size_t a) {
  auto& part = parts_[a];
  const auto& asset = result_.after.assets[a];
  part.judged.sight = sight_of(a);
  part.judged.newer = is_newer(asset, nullptr);
  for (const auto h : part.hosts) part.judged.newer |= is_newer(asset, &seen_.hosts[h]);
  return part.judged;
}

// New addresses open; the old one closes when it was asked and is silent, or somebody else has it.
void Step::move_addresses(std::size_t a) {
  auto& part = parts_[a];
  const auto& asset = result_.after.assets[a];
  for (const auto h : part.hosts) {
    const auto& host = seen_.hosts[h];
    if (!holds(asset, host.zone, host.ip)) part.opened.push_back(place_of(host));
  }
  if (part.opened.empty()) return;
  std::set<Place> here;
  for (const auto h : part.hosts) here.insert(place_of(seen_.hosts[h]));
  for (const auto& binding : asset.bindings) {
    const Place place{binding.zone, binding.ip};
    if (binding.until.value != 0 || here.contains(place)) continue;
    const auto outcome = seen_.coverage.outcome(place.first, place.second);
    const bool asked =
        outcome && *outcome != model::HostOutcome::skipped && *outcome != model::HostOutcome::error;
    if (asked && !is_closing(a, place) &&
        all_asked(asset, place.first, place.second, seen_.coverage.ports)) {
      part.closed.push_back(place);
    }
  }
  // One address for one: its services are compared across the move.
  if (part.opened.size() == 1 && !part.closed.empty()) {
    part.moved[part.opened.front().second] = part.closed.front().second;
  }
}

// Records of services whose asset no longer holds their address.
void Step::find_strays() {
  for (std::size_t a = 0; a < parts_.size(); ++a) {
    const auto& asset = result_.after.assets[a];
    const net::Address* last = nullptr;
    for (const auto& service : asset.services) {
      if (last != nullptr && *last == service.at.ip) continue;
      last = &service.at.ip;
      const Place place{service.at.zone, service.at.ip};
      const bool lost = !holds(asset, place.first, place.second) || is_closing(a, place);
      if (lost) strays_.emplace(place, a);
    }
  }
}

bool offers(const HostSeen& host, const model::ServiceRecord& service) {
  return std::any_of(host.services.begin(), host.services.end(), [&](const auto& said) {
    return said.at == service.at && said.vhost == service.vhost && model::is_open(said.verdict) &&
           said.verdict != model::Verdict::open_filtered;
  });
}

// The record of an endpoint goes with its address to the asset that holds it now.
void Step::collect_inheritance() {
  inherited_.resize(seen_.hosts.size());
  for (std::size_t h = 0; h < seen_.hosts.size(); ++h) {
    if (matches_[h].rule == 0) continue;
    const auto [first, last] = strays_.equal_range(place_of(seen_.hosts[h]));
    for (auto stray = first; stray != last; ++stray) {
      if (matches_[h].asset == stray->second) continue;
      for (const auto& service : result_.after.assets[stray->second].services) {
        if (!service.id || !offers(seen_.hosts[h], service)) continue;
        inherited_[h][{service.at, service.vhost}] = service.id;
        given_away_.insert({stray->second, service.id});
      }
    }
  }
}

void Step::hear(AssetRecord& asset, std::size_t a) {
  const auto& part = parts_[a];
  const bool heard_before = heard_from(asset, seen_.run.vantage);
  std::vector<const HostSeen*> hosts;
  std::set<Place> here;
  for (const auto h : part.hosts) {
    const auto& host = seen_.hosts[h];
    const bool counts = heard_before && !guard_.suspends(host.zone, host.ip);
    hear_host(asset, {host, is_newer(result_.after.assets[a], &host), counts, inherited_[h]},
              frame_);
    if (part.judged.newer) asset.identity_rule = matches_[h].rule;
    hosts.push_back(&host);
    here.insert(place_of(host));
  }
  hear_claims(asset, hosts, part.judged.newer, frame_);
  if (part.judged.newer && heard_before) count_other_places(asset, here);
}

// The asset lives, but one of its addresses may be gone: once every service there is closed.
void Step::count_other_places(AssetRecord& asset, const std::set<Place>& here) const {
  std::map<Place, bool> all_closed;
  for (auto& service : asset.services) {
    const Place place{service.at.zone, service.at.ip};
    if (here.contains(place) || !holds(asset, place.first, place.second)) continue;
    if (seen_.coverage.comparable(service.at) && !guard_.suspends(place.first, place.second)) {
      count_miss(service, frame_.at);
    }
    const auto known = all_closed.try_emplace(place, true).first;
    known->second = known->second && service.state == model::PortState::closed;
  }
  for (const auto& [place, closed] : all_closed) {
    if (closed && places_of(asset).size() > 1) {
      close_binding(asset, place.first, place.second, frame_.at);
    }
  }
}

void Step::count_silence(AssetRecord& asset, std::size_t a) const {
  bool suspended = false;
  for (const auto& place : places_of(asset)) suspended |= guard_.suspends(place.zone, place.ip);
  // Shielded once: a host that was already silent under a guard is counted now.
  const bool first = asset.first_missed.value == 0 && !parts_[a].judged.displaced;
  if (suspended && first) {
    shield(asset, frame_.at);
  } else {
    count_miss(asset, frame_.at);
  }
}

// A claim ran out since the facts were made.
bool Step::has_expired(const AssetRecord& asset) const {
  const auto now = now_for(asset);
  const auto any = [&](const std::vector<model::Claim>& claims) {
    return std::any_of(claims.begin(), claims.end(), [&](const auto& claim) {
      return claim.valid_until.value != 0 && claim.valid_until <= now;
    });
  };
  return any(asset.claims) || std::any_of(asset.services.begin(), asset.services.end(),
                                          [&](const auto& service) { return any(service.claims); });
}

// Presence and counters of an asset that this run covered for the first time.
void Step::count_run(AssetRecord& asset, std::size_t a) {
  const auto& part = parts_[a];
  if (part.judged.sight == Sight::answered) {
    count_answer(asset);
    // It refused everything: alive, and silent where it once spoke.
    if (part.hosts.empty()) {
      count_other_places(asset, {});
      asset.last_seen = std::max(asset.last_seen, frame_.at);
    }
  } else {
    count_silence(asset, a);
  }
  asset.last_covered = std::max(asset.last_covered, frame_.at);
}

void Step::settle(std::size_t a) {
  auto& part = parts_[a];
  auto& held = result_.after.assets[a];
  const bool counts = part.judged.newer && part.judged.sight != Sight::unjudged;
  const bool stale = has_expired(held);
  if (part.hosts.empty() && part.closed.empty() && !counts && !stale) return;

  if (part.judged.displaced) part.was = describe_holder(held);
  AssetRecord asset = held;
  std::erase_if(asset.services, [&](const auto& service) {
    return service.id && given_away_.contains({a, service.id});
  });
  for (const auto& [zone, ip] : part.closed) close_binding(asset, zone, ip, frame_.at);
  for (const auto& [zone, ip] : part.opened) open_binding(asset, zone, ip, frame_.at);
  if (!part.hosts.empty()) hear(asset, a);
  if (counts) count_run(asset, a);
  if (stale || !part.hosts.empty()) resolve_asset(asset, now_for(held));

  auto context = context_for(a);
  context.displaced = part.judged.displaced;
  context.just_found = held.first_seen >= frame_.at && held.first_seen.value != 0;
  context.moved = part.moved;
  for (const auto h : part.hosts) {
    const auto& host = seen_.hosts[h];
    const auto note = [&](const std::vector<model::Claim>& claims) {
      context.taken_back.insert(context.taken_back.end(), claims.begin(), claims.end());
    };
    note(host.taken_back);
    for (const auto& service : host.services) note(service.taken_back);
  }
  auto changes = diff_asset(held, asset, context);
  std::move(changes.begin(), changes.end(), std::back_inserter(result_.changes));
  held = std::move(asset);
}

void Step::make_new_assets() {
  std::map<std::size_t, std::vector<std::size_t>> hosts_of;  // by ordinal: its addresses
  for (std::size_t h = 0; h < matches_.size(); ++h) {
    if (matches_[h].rule != 0 && matches_[h].fresh) hosts_of[*matches_[h].fresh].push_back(h);
  }
  for (const auto& [ordinal, members] : hosts_of) {
    AssetRecord asset;
    std::vector<const HostSeen*> hosts;
    for (const auto h : members) {
      const auto& host = seen_.hosts[h];
      open_binding(asset, host.zone, host.ip, frame_.at);
      hear_host(asset, {host, true, true, inherited_[h]}, frame_);
      hosts.push_back(&host);
    }
    hear_claims(asset, hosts, true, frame_);
    asset.last_covered = frame_.at;
    asset.identity_rule = matches_[members.front()].rule;
    resolve_asset(asset, frame_.at);
    result_.after.assets.push_back(std::move(asset));
    tell_new_asset(members.front(), result_.after.assets.size() - 1);
  }
}

// IP复用 is told instead of 新增资产 where the address had a holder who is not known to have moved.
void Step::tell_new_asset(std::size_t h, std::size_t index) {
  const auto& match = matches_[h];
  const auto& asset = result_.after.assets[index];
  const auto context = context_for(index);
  if (match.displaced && parts_[*match.displaced].opened.empty()) {
    result_.changes.push_back(make_reused(asset, parts_[*match.displaced].was, context));
  } else {
    result_.changes.push_back(make_new_asset(asset, context));
  }
  if (match.duplicate) {
    const auto& other = result_.after.assets[*match.duplicate];
    result_.changes.push_back(make_duplicate(asset, describe_asset(other), context));
  } else if (match.twin) {
    const auto& other = seen_.hosts[*match.twin];
    result_.changes.push_back(make_duplicate(asset, other.ip.to_string(), context));
  }
}

}  // namespace

Reconciled reconcile(World before, const RunSeen& seen) {
  if (is_orderly(seen)) return Step(std::move(before), seen).run();
  const auto sorted = orderly(seen);
  return Step(std::move(before), sorted).run();
}

Reconciled rejudge(World before, UnixMillis now) {
  Reconciled result;
  result.after = std::move(before);
  for (std::size_t a = 0; a < result.after.assets.size(); ++a) {
    auto& held = result.after.assets[a];
    AssetRecord asset = held;
    resolve_asset(asset, now);
    if (asset == held) continue;
    DiffContext context;
    context.time = now;
    context.index = static_cast<std::int64_t>(a);
    context.earlier = &result.after.earlier;
    auto changes = diff_asset(held, asset, context);
    std::move(changes.begin(), changes.end(), std::back_inserter(result.changes));
    held = std::move(asset);
  }
  return result;
}

}  // namespace qingdan::resolve
