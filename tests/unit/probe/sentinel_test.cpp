// sentinel — a host that dies under our probes, end to end over the in-process network.
#include "qingdan/probe/sentinel.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "qingdan/probe/sweep.h"
#include "support/lib/rig.h"
#include "support/lib/sweeps.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::HostOutcome;
using model::Verdict;
using test::PortKind;
using test::Rig;

namespace {

constexpr std::uint16_t kPorts = 1000;

struct Watched {
  explicit Watched(std::string cidr)
      : rig(test::make_scope(test::ScopeText{{cidr}, {}, 0, 0, 40, ""})) {
    rig.dialer.watch(guard);
  }
  // Kills `ip` when so many handshakes were begun with it.
  void dies_after(std::string_view ip, std::size_t attempts) {
    mortal[net::parse_address(ip).value()] = attempts;
    rig.net.set_hook([this](const test::Attempt& attempt) {
      const auto found = mortal.find(attempt.ip);
      if (found == mortal.end()) return;
      if (found->second > 0) --found->second;
      if (found->second > 0) return;
      ++sent_to_dead[attempt.ip];
      auto& host = rig.net.host(attempt.ip.to_string());
      host.ports.clear();
      host.others.kind = PortKind::silent;
    });
  }
  static Awaitable<void> work(Watched& self) {
    auto ended = co_await self.sweep.run();
    self.ok = ended.has_value();
    self.sentinel.finish();
  }
  void run() {
    rig.net.spawn(sentinel.run());
    rig.net.spawn(work(*this));
    const bool ended = rig.net.run(2h);
    REQUIRE(ended);
    REQUIRE(ok);
  }
  HostOutcome outcome(std::string_view ip) const {
    return sweep.outcome(net::parse_address(ip).value(), kPorts);
  }
  Rig rig;
  probe::Guard guard;
  std::vector<probe::Trip> trips;
  probe::Sentinel sentinel{rig.pacer, guard, [this](const auto& trip) { trips.push_back(trip); }};
  test::Grid grid{rig.scope, "1-1000"};
  test::Found seen;
  probe::Sweep sweep{rig.pacer, grid, seen};
  std::map<net::Address, std::size_t> mortal, sent_to_dead;
  bool ok{false};
};

Awaitable<void> stop_after(Rig& rig, std::chrono::seconds wait, SteadyTime& at) {
  probe::Event timer(rig.net.executor(), rig.net.alarms());
  const auto until = rig.pacer.now() + wait;
  co_await timer.wait_until(until);
  rig.stop = true;
  at = rig.pacer.now();
}

}  // namespace

TEST_CASE("a host that dies during the sweep is stopped, its neighbours are not") {
  Watched watched("192.0.2.0/29");
  for (int i = 1; i < 6; ++i) {
    watched.rig.net.listen("192.0.2." + std::to_string(i), 22, test::peers::silent());
  }
  watched.dies_after("192.0.2.3", 100);

  watched.run();

  REQUIRE(watched.trips.size() == 1);
  const auto& trip = watched.trips[0];
  CHECK(trip.ip.to_string() == "192.0.2.3");
  CHECK(trip.probes.size() == probe::Guard::kKept);
  CHECK_FALSE(trip.path);
  CHECK(trip.at - trip.last_heard < 30s);
  // Some were under way before the silence showed; then nothing but the sentinel.
  CHECK(watched.sent_to_dead[trip.ip] < 60);
  CHECK(watched.outcome("192.0.2.3") == HostOutcome::skipped);
  CHECK(watched.outcome("192.0.2.4") == HostOutcome::answered);
  CHECK(watched.outcome("192.0.2.7") == HostOutcome::silent);
  CHECK(std::none_of(watched.seen.results.begin(), watched.seen.results.end(),
                     [&](const auto& result) {
                       return result.at.ip == trip.ip && result.verdict == Verdict::filtered;
                     }));
  CHECK(watched.sweep.progress().not_asked > 150);
}

TEST_CASE("two dead hosts end the probing of their block, and nobody else's") {
  Watched watched("192.0.2.248/29");
  for (int i = 249; i < 254; ++i) watched.rig.net.host("192.0.2." + std::to_string(i));
  watched.dies_after("192.0.2.249", 60);
  watched.dies_after("192.0.2.250", 90);
  watched.run();
  REQUIRE(watched.trips.size() == 2);
  CHECK(watched.trips[1].stops_block);
  CHECK(watched.outcome("192.0.2.251") == HostOutcome::skipped);
  CHECK(watched.guard.ruling(net::parse_address("192.0.2.1").value()) == probe::Ruling::block);
}

TEST_CASE("five per cent loss each way over the whole network stops nobody") {
  Watched watched("192.0.2.0/27");
  watched.rig.net.set_loss(0.05);
  for (int i = 0; i < 32; ++i) watched.rig.net.host("192.0.2." + std::to_string(i));
  watched.run();
  CHECK(watched.trips.empty());
  for (int i = 0; i < 32; ++i) {
    CHECK(watched.outcome("192.0.2." + std::to_string(i)) == HostOutcome::answered);
  }
  CHECK(watched.sentinel.sent() < 32 * kPorts / 100);
}

TEST_CASE("a stop ends the sentinel within a second") {
  Watched watched("192.0.2.0/29");
  watched.rig.net.host("192.0.2.1");
  watched.rig.net.host("192.0.2.2");
  watched.dies_after("192.0.2.1", 50);
  SteadyTime stopped{};
  watched.rig.net.spawn(stop_after(watched.rig, 4s, stopped));
  watched.run();
  CHECK(watched.rig.pacer.now() - stopped <= 1s);
}
