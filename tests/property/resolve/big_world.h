// big_world — a run over `hosts` addresses with `services` each, for figures. Deterministic.
#pragma once

#include "unit/resolve/build.h"

namespace qingdan::resolve::build {

// Every `changed`-th host shows another version in a run with another number; 0 = none.
inline model::RunSeen make_big_run(std::uint32_t hosts, std::uint32_t services, int number,
                                   std::uint32_t changed) {
  std::vector<HostSeen> heard;
  heard.reserve(hosts);
  for (std::uint32_t n = 0; n < hosts; ++n) {
    HostSeen seen;
    seen.zone = kZone;
    seen.ip = ip(n % 256, n / 256);
    seen.identifiers = {{model::IdentifierType::ssh_host_key, "key-" + std::to_string(n)}};
    const bool differs = changed != 0 && n % changed == 0;
    for (std::uint32_t s = 0; s < services; ++s) {
      seen.services.push_back(
          service(seen.ip, {static_cast<std::uint16_t>(1000 + s), "http", "nginx",
                            differs && s == 0 ? "1." + std::to_string(number) : "1.18.0"}));
    }
    heard.push_back(std::move(seen));
  }
  return run(number, number, std::move(heard), "1000-1100", (hosts + 255) / 256);
}

inline model::World make_big_world(std::uint32_t hosts, std::uint32_t services) {
  return stored(reconcile({}, make_big_run(hosts, services, 1, 0)).after);
}

}  // namespace qingdan::resolve::build
