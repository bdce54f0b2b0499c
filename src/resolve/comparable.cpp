// comparable — see the header. Outcomes skipped and error are no coverage.
#include "qingdan/resolve/comparable.h"

#include <algorithm>

namespace qingdan::resolve {

using model::AssetRecord;
using model::HostOutcome;
using model::PortState;

UnixMillis time_of(const model::Run& run) {
  return run.started.value != 0 ? run.started : run.ended;
}

std::vector<model::Binding> places_of(const AssetRecord& asset) {
  std::vector<model::Binding> places;
  for (const auto& binding : asset.bindings) {
    if (binding.until.value == 0) places.push_back(binding);
  }
  if (!places.empty() || asset.bindings.empty()) return places;
  const auto last = std::max_element(
      asset.bindings.begin(), asset.bindings.end(), [](const auto& a, const auto& b) {
        return std::tie(a.until, a.from, a.ip) < std::tie(b.until, b.from, b.ip);
      });
  return {*last};
}

bool holds(const AssetRecord& asset, const std::string& zone, const net::Address& ip) {
  return std::any_of(asset.bindings.begin(), asset.bindings.end(), [&](const auto& binding) {
    return binding.until.value == 0 && binding.ip == ip && binding.zone == zone;
  });
}

bool all_asked(const AssetRecord& asset, const std::string& zone, const net::Address& ip,
               const net::PortSet& ports) {
  return std::all_of(asset.services.begin(), asset.services.end(), [&](const auto& service) {
    return service.state == PortState::closed || service.at.ip != ip || service.at.zone != zone ||
           ports.contains({service.at.transport, service.at.port});
  });
}

bool heard_from(const AssetRecord& asset, const std::string& vantage) {
  const std::string source = "probe:" + vantage;
  bool any = false, same = false;
  const auto look = [&](const std::vector<model::Claim>& claims) {
    for (const auto& claim : claims) {
      any = any || claim.source.rfind("probe:", 0) == 0;
      same = same || claim.source == source;
    }
  };
  look(asset.claims);
  for (const auto& service : asset.services) {
    if (same) break;
    look(service.claims);
  }
  return same || !any;
}

Sight sight_at(const AssetRecord& asset, const std::string& zone, const net::Address& ip,
               const model::RunSeen& seen) {
  const auto outcome = seen.coverage.outcome(zone, ip);
  if (!outcome || *outcome == HostOutcome::skipped || *outcome == HostOutcome::error) {
    return Sight::unjudged;
  }
  if (*outcome == HostOutcome::answered) return Sight::answered;
  if (!all_asked(asset, zone, ip, seen.coverage.ports)) return Sight::unjudged;
  // All its ports are closed: only one of those that once refused or spoke can tell of it again.
  const auto known = [&](const model::ServiceRecord& s) {
    return s.at.ip == ip && s.at.zone == zone;
  };
  const auto asked = [&](const model::ServiceRecord& s) {
    return known(s) && seen.coverage.ports.contains({s.at.transport, s.at.port});
  };
  const bool any_known = std::any_of(asset.services.begin(), asset.services.end(), known);
  const bool any_asked = std::any_of(asset.services.begin(), asset.services.end(), asked);
  return any_known && !any_asked ? Sight::unjudged : Sight::silent;
}

namespace {
bool was_asked(HostOutcome outcome) {
  return outcome != HostOutcome::skipped && outcome != HostOutcome::error;
}
}  // namespace

bool asked_before(const std::vector<model::Coverage>& earlier, const model::Endpoint& at) {
  return earlier.empty() || std::any_of(earlier.begin(), earlier.end(),
                                        [&](const auto& c) { return c.comparable(at); });
}

bool asked_before(const std::vector<model::Coverage>& earlier, const std::string& zone,
                  const net::Address& ip) {
  return earlier.empty() || std::any_of(earlier.begin(), earlier.end(), [&](const auto& c) {
           const auto outcome = c.outcome(zone, ip);
           return outcome && was_asked(*outcome);
         });
}

}  // namespace qingdan::resolve
