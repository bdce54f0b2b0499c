// hearing — services first (they decide what the host claims may age by), then identifiers and
// claims. Everything is kept in the order that registry/store.h promises.
#include "resolve/hearing.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "qingdan/resolve/comparable.h"
#include "qingdan/resolve/facts.h"
#include "qingdan/resolve/presence.h"

namespace qingdan::resolve {

using model::AssetRecord;
using model::Claim;
using model::HostSeen;
using model::PortState;
using model::ServiceRecord;
using model::ServiceSeen;
using model::Verdict;

namespace {

UnixMillis heard_at(const HostSeen& host, const RunFrame& frame) {
  return host.time.value != 0 ? host.time : frame.at;
}

// Claims without source, run or time get those of the run.
std::vector<Claim> signed_claims(const std::vector<Claim>& claims, const HostSeen& host,
                                 const RunFrame& frame) {
  std::vector<Claim> copies = claims;
  for (auto& claim : copies) {
    if (claim.source.empty()) claim.source = frame.source;
    if (!claim.run) claim.run = frame.seen.run.id;
    if (claim.asserted_at.value == 0) claim.asserted_at = heard_at(host, frame);
  }
  return copies;
}

bool is_heard(Verdict verdict) {
  return model::is_open(verdict) && verdict != Verdict::open_filtered;
}

// A handshake alone does not take back what the port once proved to be, and a middlebox or tarpit
// in front of a service says nothing of the service behind it.
enum class Effect { adopt, keep, ignore };
Effect effect_of(const ServiceRecord& held, Verdict said) {
  const bool proven = model::is_listed(held.verdict) && held.state != PortState::closed;
  if (!proven || model::is_listed(said)) return Effect::adopt;
  const bool masked = said == Verdict::suspect_proxy || said == Verdict::tarpit;
  return masked ? Effect::ignore : Effect::keep;
}

using Key = std::pair<model::Endpoint, std::string>;
Key key_of(const ServiceRecord& service) { return {service.at, service.vhost}; }

bool record_less(const ServiceRecord& a, const ServiceRecord& b) {
  return std::tie(a.at, a.vhost) < std::tie(b.at, b.vhost);
}

ServiceRecord* find_service(AssetRecord& asset, const Key& key) {
  const auto found = std::lower_bound(
      asset.services.begin(), asset.services.end(), key, [](const ServiceRecord& s, const Key& k) {
        return std::tie(s.at, s.vhost) < std::tie(k.first, k.second);
      });
  return found != asset.services.end() && key_of(*found) == key ? &*found : nullptr;
}

// False where the answer is to be counted as silence.
bool hear_service(ServiceRecord& held, const ServiceSeen& said, const HostPart& part,
                  const RunFrame& frame) {
  const auto effect = effect_of(held, said.verdict);
  if (effect == Effect::ignore) return false;
  const auto at = heard_at(part.host, frame);
  if (part.newer) {
    if (effect == Effect::adopt) held.verdict = said.verdict;
    count_answer(held);
  }
  held.first_seen = std::min(held.first_seen, at);
  held.last_seen = std::max(held.last_seen, at);
  // A port that opened and told nothing has not been heard again.
  const bool whole = !said.claims.empty() && frame.seen.coverage.comparable(said.at);
  const Hearing hearing{.newer = part.newer,
                        .whole = whole,
                        .host = false,
                        .source = frame.source,
                        .taken_back = said.taken_back};
  held.claims =
      upsert_claims(std::move(held.claims), signed_claims(said.claims, part.host, frame), hearing);
  return true;
}

ServiceRecord make_service(const ServiceSeen& said, const HostPart& part, const RunFrame& frame) {
  ServiceRecord made;
  made.at = said.at;
  made.vhost = said.vhost;
  made.verdict = said.verdict;
  made.first_seen = made.last_seen = heard_at(part.host, frame);
  const auto inherited = part.inherited.find({said.at, said.vhost});
  if (inherited != part.inherited.end()) made.id = inherited->second;
  made.claims =
      upsert_claims({}, signed_claims(said.claims, part.host, frame), {.source = frame.source});
  return made;
}

void hear_services(AssetRecord& asset, const HostPart& part, const RunFrame& frame) {
  std::set<model::Endpoint> heard;
  std::vector<ServiceRecord> fresh;
  for (const auto& said : part.host.services) {
    if (!is_heard(said.verdict)) continue;
    if (auto* held = find_service(asset, {said.at, said.vhost})) {
      if (hear_service(*held, said, part, frame)) heard.insert(said.at);
      continue;
    }
    const auto twice = std::find_if(fresh.begin(), fresh.end(), [&](const ServiceRecord& made) {
      return made.at == said.at && made.vhost == said.vhost;
    });
    heard.insert(said.at);
    if (twice == fresh.end()) fresh.push_back(make_service(said, part, frame));
  }
  if (part.newer) {
    const std::set<model::Endpoint> refused(part.host.closed.begin(), part.host.closed.end());
    for (auto& service : asset.services) {
      if (service.at.ip != part.host.ip || service.at.zone != part.host.zone) continue;
      if (heard.contains(service.at)) continue;
      if (refused.contains(service.at)) {
        close(service);
      } else if (part.count_silence && frame.seen.coverage.comparable(service.at)) {
        count_miss(service, frame.at);
      }
    }
  }
  std::move(fresh.begin(), fresh.end(), std::back_inserter(asset.services));
  std::sort(asset.services.begin(), asset.services.end(), record_less);
}

void hear_identifiers(AssetRecord& asset, const HostSeen& host) {
  auto& held = asset.identifiers;
  held.insert(held.end(), host.identifiers.begin(), host.identifiers.end());
  std::sort(held.begin(), held.end());
  held.erase(std::unique(held.begin(), held.end()), held.end());
}

void sort_bindings(AssetRecord& asset) {
  std::sort(asset.bindings.begin(), asset.bindings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.from, a.ip) < std::tie(b.from, b.ip);
  });
}

// Whether the run asked the port and, where it ever told anything, heard it again.
bool is_heard_again(const ServiceRecord& service, const std::vector<const HostSeen*>& hosts,
                    const RunFrame& frame) {
  if (service.state == PortState::closed) return true;
  if (!frame.seen.coverage.ports.contains({service.at.transport, service.at.port})) return false;
  const bool ever = std::any_of(service.claims.begin(), service.claims.end(),
                                [&](const Claim& claim) { return claim.source == frame.source; });
  return !ever || std::any_of(hosts.begin(), hosts.end(), [&](const HostSeen* host) {
    return std::any_of(host->services.begin(), host->services.end(), [&](const ServiceSeen& said) {
      return said.at == service.at && said.vhost == service.vhost && !said.claims.empty();
    });
  });
}

}  // namespace

void hear_host(AssetRecord& asset, const HostPart& part, const RunFrame& frame) {
  hear_services(asset, part, frame);
  hear_identifiers(asset, part.host);
  const auto at = heard_at(part.host, frame);
  asset.first_seen = asset.first_seen.value == 0 ? at : std::min(asset.first_seen, at);
  asset.last_seen = std::max(asset.last_seen, at);
}

void hear_claims(AssetRecord& asset, const std::vector<const HostSeen*>& hosts, bool newer,
                 const RunFrame& frame) {
  const bool whole =
      std::all_of(asset.services.begin(), asset.services.end(),
                  [&](const ServiceRecord& s) { return is_heard_again(s, hosts, frame); });
  std::vector<Claim> said, taken_back;
  for (const auto* host : hosts) {
    auto claims = signed_claims(host->claims, *host, frame);
    std::move(claims.begin(), claims.end(), std::back_inserter(said));
    taken_back.insert(taken_back.end(), host->taken_back.begin(), host->taken_back.end());
  }
  asset.claims = upsert_claims(std::move(asset.claims), std::move(said),
                               {.newer = newer,
                                .whole = whole,
                                .host = true,
                                .source = frame.source,
                                .taken_back = taken_back});
}

void resolve_asset(AssetRecord& asset, UnixMillis now) {
  asset.facts = resolve_claims(asset.claims, now);
  for (auto& service : asset.services) service.facts = resolve_claims(service.claims, now);
}

void open_binding(AssetRecord& asset, const std::string& zone, const net::Address& ip,
                  UnixMillis from) {
  asset.bindings.push_back({zone, ip, from, {}});
  sort_bindings(asset);
}

void close_binding(AssetRecord& asset, const std::string& zone, const net::Address& ip,
                   UnixMillis until) {
  for (auto& binding : asset.bindings) {
    if (binding.until.value == 0 && binding.ip == ip && binding.zone == zone) {
      binding.until = std::max(until, binding.from);
    }
  }
  for (auto& service : asset.services) {
    if (service.at.ip == ip && service.at.zone == zone) close(service);
  }
}

}  // namespace qingdan::resolve
