// identity — the rules of the header as passes over all hosts, the strongest evidence first: a host
// that is proven to be asset B must have taken B before anybody asks who else might be B.
//
// A machine found at a second address while it answers at the first is one asset only where what
// agrees cannot be copied with a disk image (serial, MAC). SSH keys and SMB GUIDs are cloned with
// virtual machines, and makers ship whole series with one SNMP engine id (Albakour et al., IMC
// 2021, found ids shared by thousands): those make a proposal for a person.
#include "qingdan/resolve/identity.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "qingdan/resolve/comparable.h"

namespace qingdan::resolve {

using model::AssetRecord;
using model::HostSeen;
using model::Identifier;
using model::IdentifierType;
using model::Strength;

namespace {

using Indices = std::vector<std::size_t>;

bool is_strong(const Identifier& id) { return model::strength_of(id.type) == Strength::strong; }

// Cannot be copied with a disk image.
bool is_physical(IdentifierType type) {
  return type == IdentifierType::serial || type == IdentifierType::mac;
}

// Two values of these on one machine, one after the other, mean two machines. A certificate's key
// is renewed in service, and a MAC belongs to a card.
bool can_contradict(IdentifierType type) {
  return type == IdentifierType::ssh_host_key || type == IdentifierType::snmp_engine_id ||
         type == IdentifierType::serial || type == IdentifierType::smb_guid;
}

bool offers_something(model::Verdict verdict) {
  return model::is_open(verdict) && verdict != model::Verdict::open_filtered &&
         verdict != model::Verdict::suspect_proxy;
}

// A refusal may come from a firewall for an address where nothing is, and a host that says open
// everywhere may be a middlebox: neither makes an asset.
bool lives(const HostSeen& host) {
  return std::any_of(host.services.begin(), host.services.end(),
                     [](const auto& s) { return offers_something(s.verdict); }) ||
         std::any_of(host.identifiers.begin(), host.identifiers.end(),
                     [](const auto& id) { return is_strong(id) && is_telling(id); });
}

std::string key_of(const std::string& zone, const Identifier& id) {
  return zone + '\n' + std::string(model::to_string(id.type)) + '\n' + id.value;
}

// Names of types in a reason, each once, in the order of the vocabulary.
std::string names_of(const std::vector<Identifier>& ids) {
  std::set<IdentifierType> types;
  for (const auto& id : ids) types.insert(id.type);
  std::string text;
  for (const auto type : types) {
    text += (text.empty() ? "" : ", ") + std::string(model::to_string(type));
  }
  return text;
}

enum class Home { alive, gone, unknown };

class Matcher {
 public:
  Matcher(const model::World& before, const model::RunSeen& seen)
      : before_(before), seen_(seen), matches_(seen.hosts.size()), taken_(before.assets.size()) {
    index_assets();
    index_hosts();
    index_assertions();
  }

  std::vector<Match> run() {
    const auto each = [this](void (Matcher::*rule)(std::size_t)) {
      for (std::size_t h = 0; h < matches_.size(); ++h) {
        if (matches_[h].rule == 0) (this->*rule)(h);
      }
    };
    each(&Matcher::by_person);
    each(&Matcher::by_strong_here);
    each(&Matcher::by_strong_elsewhere);
    each(&Matcher::by_place);
    each(&Matcher::by_certificate);
    each(&Matcher::by_names);
    each(&Matcher::as_new);
    for (std::size_t h = 0; h < matches_.size(); ++h) find_displaced(h);
    return std::move(matches_);
  }

 private:
  void index_assets();
  void index_hosts();
  void index_assertions();
  [[nodiscard]] bool usable(const std::string& zone, const Identifier& id) const;
  [[nodiscard]] std::vector<Identifier> agreed(const HostSeen& host,
                                               const AssetRecord& asset) const;
  [[nodiscard]] bool contradicts(const HostSeen& host, const AssetRecord& asset) const;
  [[nodiscard]] Home home_at(std::size_t asset, const model::Binding& place,
                             std::size_t host) const;
  [[nodiscard]] Home home_of(std::size_t asset, std::size_t host) const;
  [[nodiscard]] std::optional<std::size_t> holder(const HostSeen& host) const;
  [[nodiscard]] Indices candidates(const HostSeen& host, bool strong) const;
  [[nodiscard]] bool forbidden(const HostSeen& host, std::size_t asset) const;
  [[nodiscard]] bool is_kept_apart(const HostSeen& host, std::size_t asset) const;
  void take(std::size_t host, std::size_t asset, int rule, std::string reason);

  void by_person(std::size_t h);
  void by_strong_here(std::size_t h);
  void by_strong_elsewhere(std::size_t h);
  void by_place(std::size_t h);
  void by_certificate(std::size_t h);
  void by_names(std::size_t h);
  void as_new(std::size_t h);
  void find_displaced(std::size_t h);

  const model::World& before_;
  const model::RunSeen& seen_;
  std::vector<Match> matches_;
  std::vector<Indices> taken_;  // by asset: its hosts so far
  std::unordered_map<std::string, Indices> assets_with_, hosts_with_;
  std::set<std::string> shared_;
  std::map<std::pair<std::string, net::Address>, std::size_t> holder_at_, host_at_;
  std::map<std::size_t, Indices> families_;  // by asset: those that a person says are it too
  std::set<std::pair<std::size_t, std::size_t>> apart_;  // both ways
  std::unordered_map<std::string, std::size_t> fresh_with_, first_fresh_host_;
  std::size_t fresh_count_{0};
};

void Matcher::index_assets() {
  for (std::size_t a = 0; a < before_.assets.size(); ++a) {
    const auto& asset = before_.assets[a];
    std::set<std::string> zones;
    for (const auto& binding : asset.bindings) {
      zones.insert(binding.zone);
      if (binding.until.value == 0) holder_at_.try_emplace({binding.zone, binding.ip}, a);
    }
    for (const auto& id : asset.identifiers) {
      if (!is_telling(id)) continue;
      for (const auto& zone : zones) assets_with_[key_of(zone, id)].push_back(a);
    }
  }
  for (const auto& [key, holders] : assets_with_) {
    const auto live = std::count_if(holders.begin(), holders.end(), [&](std::size_t a) {
      return before_.assets[a].presence != model::Presence::missing;
    });
    if (static_cast<std::size_t>(live) > kSharedBy) shared_.insert(key);
  }
}

void Matcher::index_hosts() {
  for (std::size_t h = 0; h < seen_.hosts.size(); ++h) {
    const auto& host = seen_.hosts[h];
    host_at_.try_emplace({host.zone, host.ip}, h);
    std::set<std::string> keys;
    for (const auto& id : host.identifiers) {
      if (!is_telling(id)) continue;
      const auto key = key_of(host.zone, id);
      if (!keys.insert(key).second) continue;
      auto& with = hosts_with_[key];
      with.push_back(h);
      if (with.size() > (is_physical(id.type) ? kAddressesOfOne : kSharedBy)) shared_.insert(key);
    }
  }
}

void Matcher::index_assertions() {
  std::map<model::AssetId, std::size_t> index_of;
  for (std::size_t a = 0; a < before_.assets.size(); ++a) index_of[before_.assets[a].id] = a;
  std::map<std::size_t, Indices> merged;  // by survivor, itself among them
  for (const auto& said : before_.assertions) {
    const auto one = index_of.find(said.asset);
    const auto other = index_of.find(said.other);
    if (!said.other || one == index_of.end() || other == index_of.end()) continue;
    if (said.same) {
      merged.try_emplace(one->second, Indices{one->second}).first->second.push_back(other->second);
    } else {
      apart_.insert({one->second, other->second});
      apart_.insert({other->second, one->second});
    }
  }
  for (const auto& [survivor, family] : merged) {
    for (const auto a : family) families_[a] = family;
  }
}

bool Matcher::usable(const std::string& zone, const Identifier& id) const {
  return is_telling(id) && !shared_.contains(key_of(zone, id));
}

std::vector<Identifier> Matcher::agreed(const HostSeen& host, const AssetRecord& asset) const {
  std::vector<Identifier> common;
  for (const auto& id : host.identifiers) {
    const bool held = std::find(asset.identifiers.begin(), asset.identifiers.end(), id) !=
                      asset.identifiers.end();
    if (held && is_strong(id) && usable(host.zone, id)) common.push_back(id);
  }
  return common;
}

bool Matcher::contradicts(const HostSeen& host, const AssetRecord& asset) const {
  // The old value may still be there, on a port this run did not ask.
  const bool all = std::all_of(asset.services.begin(), asset.services.end(), [&](const auto& s) {
    return s.state == model::PortState::closed ||
           seen_.coverage.ports.contains({s.at.transport, s.at.port});
  });
  if (!all) return false;
  std::map<IdentifierType, bool> agrees;  // types both sides have
  for (const auto& id : host.identifiers) {
    if (!can_contradict(id.type) || !usable(host.zone, id)) continue;
    for (const auto& held : asset.identifiers) {
      if (held.type != id.type || !usable(host.zone, held)) continue;
      agrees[id.type] = agrees[id.type] || held.value == id.value;
    }
  }
  return std::any_of(agrees.begin(), agrees.end(), [](const auto& a) { return !a.second; });
}

std::optional<std::size_t> Matcher::holder(const HostSeen& host) const {
  const auto found = holder_at_.find({host.zone, host.ip});
  if (found == holder_at_.end()) return std::nullopt;
  return found->second;
}

// The host shows itself to be one that a person holds to be another machine than the asset.
bool Matcher::is_kept_apart(const HostSeen& host, std::size_t asset) const {
  const auto held_by = holder(host);
  if (!held_by || !apart_.contains({asset, *held_by})) return false;
  const auto& other = before_.assets[*held_by];
  return !agreed(host, other).empty() ||
         (!contradicts(host, other) &&
          similarity(other, host.ip, host, seen_.coverage.ports) >= kAlike);
}

bool Matcher::forbidden(const HostSeen& host, std::size_t asset) const {
  if (is_kept_apart(host, asset)) return true;
  return std::any_of(before_.assertions.begin(), before_.assertions.end(), [&](const auto& said) {
    return !said.same && said.asset && said.asset == before_.assets[asset].id &&
           said.ip == host.ip && said.zone == host.zone;
  });
}

// Is the asset still to be found at a place of its own, other than as `host`?
Home Matcher::home_at(std::size_t a, const model::Binding& place, std::size_t host) const {
  const auto& asset = before_.assets[a];
  const auto found = host_at_.find({place.zone, place.ip});
  if (found != host_at_.end() && found->second != host &&
      !seen_.hosts[found->second].services.empty()) {
    const auto& other = seen_.hosts[found->second];
    if (!agreed(other, asset).empty()) return Home::alive;
    const auto& match = matches_[found->second];
    if (match.rule != 0 && match.asset != a) return Home::gone;
    const bool same = !contradicts(other, asset) &&
                      similarity(asset, place.ip, other, seen_.coverage.ports) >= kAlike;
    return same ? Home::alive : Home::gone;
  }
  const auto outcome = seen_.coverage.outcome(place.zone, place.ip);
  const bool asked = outcome && *outcome != model::HostOutcome::skipped &&
                     *outcome != model::HostOutcome::error &&
                     all_asked(asset, place.zone, place.ip, seen_.coverage.ports);
  return asked ? Home::gone : Home::unknown;
}

Home Matcher::home_of(std::size_t a, std::size_t host) const {
  Home result = Home::gone;
  for (const auto& place : before_.assets[a].bindings) {
    if (place.until.value != 0) continue;
    const auto here = home_at(a, place, host);
    if (here == Home::alive) return here;
    if (here == Home::unknown) result = here;
  }
  return result;
}

Indices Matcher::candidates(const HostSeen& host, bool strong) const {
  std::set<std::size_t> found;
  for (const auto& id : host.identifiers) {
    if (is_strong(id) != strong || !usable(host.zone, id)) continue;
    const auto with = assets_with_.find(key_of(host.zone, id));
    if (with == assets_with_.end()) continue;
    for (const auto a : with->second) {
      if (!forbidden(host, a)) found.insert(a);
    }
  }
  return {found.begin(), found.end()};
}

void Matcher::take(std::size_t h, std::size_t a, int rule, std::string reason) {
  matches_[h].rule = rule;
  matches_[h].asset = a;
  matches_[h].duplicate.reset();
  matches_[h].reason = std::move(reason);
  taken_[a].push_back(h);
}

void Matcher::by_person(std::size_t h) {
  const auto& host = seen_.hosts[h];
  for (const auto& said : before_.assertions) {
    if (!said.same || !said.asset || said.ip != host.ip || said.zone != host.zone) continue;
    for (std::size_t a = 0; a < before_.assets.size(); ++a) {
      if (before_.assets[a].id == said.asset) return take(h, a, 1, said.reason);
    }
  }
  // Records of one machine: at the address of one it may show what the other is known by.
  const auto a = holder(host);
  const auto family = a ? families_.find(*a) : families_.end();
  if (family == families_.end() || forbidden(host, *a)) return;
  for (const auto member : family->second) {
    const auto ids = agreed(host, before_.assets[member]);
    if (!ids.empty()) return take(h, *a, 1, names_of(ids));
  }
}

void Matcher::by_strong_here(std::size_t h) {
  const auto& host = seen_.hosts[h];
  const auto a = holder(host);
  if (!a || forbidden(host, *a)) return;
  const auto ids = agreed(host, before_.assets[*a]);
  // A certificate is often shared by neighbours; it does not outweigh another SSH key.
  const bool weighs = std::any_of(
      ids.begin(), ids.end(), [](const auto& id) { return id.type != IdentifierType::tls_spki; });
  if (weighs || (!ids.empty() && !contradicts(host, before_.assets[*a]))) {
    take(h, *a, 2, names_of(ids));
  }
}

void Matcher::by_strong_elsewhere(std::size_t h) {
  const auto& host = seen_.hosts[h];
  std::tuple<std::size_t, std::size_t, std::string> best{0, 0, ""};  // how many agree
  for (const auto a : candidates(host, true)) {
    const auto ids = agreed(host, before_.assets[a]);
    const bool physical =
        std::any_of(ids.begin(), ids.end(), [](const auto& id) { return is_physical(id.type); });
    const bool copied = std::all_of(ids.begin(), ids.end(), [](const auto& id) {
      return id.type == IdentifierType::tls_spki;  // by_certificate asks for more
    });
    if (copied || contradicts(host, before_.assets[a])) continue;
    const bool room = places_of(before_.assets[a]).size() + taken_[a].size() < kAddressesOfOne;
    const bool elsewhere = !taken_[a].empty() || home_of(a, h) == Home::alive;
    if (elsewhere && !(physical && room)) {
      matches_[h].duplicate = a;
      continue;
    }
    if (ids.size() > std::get<0>(best)) best = {ids.size(), a, names_of(ids)};
  }
  if (std::get<0>(best) > 0) take(h, std::get<1>(best), 2, std::get<2>(best));
}

void Matcher::by_place(std::size_t h) {
  const auto& host = seen_.hosts[h];
  const auto a = holder(host);
  if (!a || forbidden(host, *a) || contradicts(host, before_.assets[*a])) return;
  // Proven to be somewhere else now: what answers here is another machine.
  const bool moved = std::any_of(taken_[*a].begin(), taken_[*a].end(), [&](std::size_t other) {
    return !holds(before_.assets[*a], seen_.hosts[other].zone, seen_.hosts[other].ip);
  });
  if (moved && lives(host)) return;
  const auto score = similarity(before_.assets[*a], host.ip, host, seen_.coverage.ports);
  if (score >= kAlike) {
    take(h, *a, 4, "similarity " + std::to_string(static_cast<int>(score * 100)) + " %");
  }
}

void Matcher::by_certificate(std::size_t h) {
  const auto& host = seen_.hosts[h];
  for (const auto a : candidates(host, true)) {
    const auto& asset = before_.assets[a];
    const auto places = places_of(asset);
    if (!taken_[a].empty() || places.empty() || contradicts(host, asset)) continue;
    if (agreed(host, asset).empty() || home_of(a, h) != Home::gone) continue;
    if (similarity(asset, places.front().ip, host, seen_.coverage.ports) < kAlike) continue;
    return take(h, a, 2, names_of(agreed(host, asset)));
  }
}

void Matcher::by_names(std::size_t h) {
  const auto& host = seen_.hosts[h];
  for (const auto a : candidates(host, false)) {
    const auto& asset = before_.assets[a];
    std::size_t equal = 0;
    for (const auto& id : host.identifiers) {
      if (is_strong(id) || !usable(host.zone, id)) continue;
      equal += std::count(asset.identifiers.begin(), asset.identifiers.end(), id) != 0 ? 1 : 0;
    }
    if (equal < 2 || contradicts(host, asset)) continue;
    if (taken_[a].empty() && home_of(a, h) == Home::gone) return take(h, a, 3, "host_name");
    matches_[h].duplicate = a;
  }
}

void Matcher::as_new(std::size_t h) {
  const auto& host = seen_.hosts[h];
  auto& match = matches_[h];
  if (!lives(host)) return match.duplicate.reset();
  match.rule = 5;
  match.reason = "new";
  for (const auto& id : host.identifiers) {
    if (!is_strong(id) || id.type == IdentifierType::tls_spki || !usable(host.zone, id)) continue;
    const auto key = key_of(host.zone, id);
    const auto same = fresh_with_.find(key);
    if (is_physical(id.type) && same != fresh_with_.end() && !match.fresh)
      match.fresh = same->second;
    const auto twin = first_fresh_host_.try_emplace(key, h).first->second;
    if (twin != h && !match.twin) match.twin = twin;
  }
  if (match.fresh) {
    match.twin.reset();
    match.rule = 2;
  } else {
    match.fresh = fresh_count_++;
  }
  for (const auto& id : host.identifiers) {
    if (is_physical(id.type) && usable(host.zone, id)) {
      fresh_with_.try_emplace(key_of(host.zone, id), *match.fresh);
    }
  }
}

void Matcher::find_displaced(std::size_t h) {
  const auto a = holder(seen_.hosts[h]);
  auto& match = matches_[h];
  if (a && match.rule != 0 && match.asset != a) match.displaced = a;
}

}  // namespace

std::vector<Match> match_hosts(const model::World& before, const model::RunSeen& seen) {
  return Matcher(before, seen).run();
}

}  // namespace qingdan::resolve
