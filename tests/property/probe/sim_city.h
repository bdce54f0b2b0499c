// sim_city — a made-up town for scenario tests of sweeps: hosts of many kinds on a few blocks, the
// truth of what is open, and the numbers a sweep is held against.
#pragma once

#include <malloc.h>

#include <set>

#include "qingdan/probe/syn_sweep.h"
#include "support/lib/sim_rig.h"
#include "support/lib/sweeps.h"

namespace qingdan::test {

inline constexpr const char* kCityPorts =
    "21-23,25,53,80,110,139,143,443,445,993,3306,3389,8080,8443";

struct City {
  std::set<model::Endpoint> open;  // the truth
  std::size_t hosts{0};
};

// Two in five addresses of the scope live; a third of the hosts filters what is not open. Round
// trips of 1 to 180 ms with as much jitter as a tenth of it.
[[nodiscard]] inline City settle_city(SimRig& rig, std::uint64_t seed = 7) {
  City city;
  Rng rng(seed);
  const auto ports = net::parse_ports(kCityPorts).value().order();
  for (std::uint64_t i = 0; i < rig.scope.address_count(); ++i) {
    if (rng.below(5) >= 2) continue;
    ++city.hosts;
    const auto ip = rig.scope.address_at(i);
    const auto name = ip.to_string();
    auto& host = rig.net.host(name);
    host.round_trip = std::chrono::milliseconds(1 + rng.below(180));
    if (rng.below(3) == 0) host.others.kind = PortKind::silent;
    auto& traits = rig.sim.host(name).traits;
    traits.jitter = host.round_trip / 10;
    traits.hop_limit = static_cast<std::uint8_t>(rng.below(2) == 0 ? 61 : 125);
    for (const auto& port : ports) {
      if (rng.below(3) != 0) continue;
      rig.net.listen(name, port.port, peers::silent());
      city.open.insert({"z", ip, port.transport, port.port});
    }
  }
  return city;
}

struct SweepRun {
  bool ended{false}, ok{false};
  std::string error;
  probe::SweepProgress progress;
  Found found;
  std::chrono::nanoseconds took{0};
};

inline Awaitable<void> run_syn_sweep(probe::SynSweep& sweep, SweepRun& run) {
  auto ended = co_await sweep.run();
  run.ended = true;
  run.ok = ended.has_value();
  if (!ended) run.error = ended.error().text;
}

inline void sweep_city(SimRig& rig, SweepRun& run, std::string_view ports = kCityPorts,
                       probe::SynSettings settings = {}) {
  const Grid source(rig.scope, ports);
  probe::SynSweep sweep(rig.pacer, rig.sim, source, run.found, settings);
  const auto begun = rig.net.clock().steady();
  rig.net.spawn(run_syn_sweep(sweep, run));
  rig.net.run();
  run.took = rig.net.clock().steady() - begun;
  run.progress = sweep.progress();
}

struct Score {
  std::size_t found{0}, missed{0}, invented{0};
  [[nodiscard]] double recall() const {
    return static_cast<double>(found) / static_cast<double>(found + missed);
  }
};
[[nodiscard]] inline Score score(const City& city, const Found& found) {
  Score score;
  for (const auto& [endpoint, verdict] : found.verdicts) {
    if (!model::is_open(verdict)) continue;
    ++(city.open.contains(endpoint) ? score.found : score.invented);
  }
  score.missed = city.open.size() - score.found;
  return score;
}

}  // namespace qingdan::test
