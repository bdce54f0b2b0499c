// sim_harm_prop — half-open sweeps of hosts that break, of neighbours on our own link, and past
// boxes that answer for the dead: who is left alone and when, and what is sent to whom before that.
#include <catch2/catch.hpp>

#include "probe/tls_engine.h"
#include "qingdan/probe/interview.h"
#include "qingdan/probe/sentinel.h"
#include "sim_city.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::HostOutcome;
using model::Verdict;
using test::SimRig;
namespace actors = test::actors;
namespace peers = test::peers;

namespace {

constexpr const char* kPorts = "1-1200";

net::Address ip(const std::string& text) { return net::parse_address(text).value(); }

// A half-open sweep under the guard's eyes.
struct Watched {
  explicit Watched(std::vector<std::string> cidrs)
      : rig(test::make_scope(test::ScopeText{std::move(cidrs), {}, 0, 0, 40, ""})) {
    rig.dialer.watch(guard);
  }
  // Lives and refuses; of `mortal` ones, until it has heard so many packets.
  void live(const std::string& name, std::uint64_t mortal = 0) {
    rig.net.host(name).round_trip = 5ms;
    rig.net.listen(name, 22, peers::silent());
    rig.sim.host(name).traits.dies_after_packets = mortal;
  }
  static Awaitable<void> work(Watched& self) {
    auto ended = co_await self.sweep.run();
    self.ok = ended.has_value();
    self.sentinel.finish();
  }
  void run() {
    rig.net.spawn(sentinel.run());
    rig.net.spawn(work(*this));
    REQUIRE(rig.net.run(2h));
    REQUIRE(ok);
  }
  void on_trip(const probe::Trip& trip) {
    trips.push_back(trip);
    if (trip.stops_run) rig.stop = true;
  }
  // Of what we decide to send.
  [[nodiscard]] std::size_t sent_after(SteadyTime at, const net::Prefix& to) const {
    const auto& packets = rig.sim.record().packets();
    return static_cast<std::size_t>(
        std::count_if(packets.begin(), packets.end(), [&](const auto& one) {
          return test::is_paced(one) && one.at > at && to.range().contains(one.ip);
        }));
  }
  [[nodiscard]] HostOutcome outcome(const std::string& name) const {
    return sweep.outcome(ip(name));
  }

  // Declared by what outlives what: the rig's loop ends first of all in run().
  mutable SimRig rig;
  probe::Guard guard;
  std::vector<probe::Trip> trips;
  probe::Sentinel sentinel{rig.pacer, guard, [this](const auto& trip) { on_trip(trip); }};
  test::Grid grid{rig.scope, kPorts};
  test::Found seen;
  probe::SynSweep sweep{rig.pacer, rig.sim, grid, seen, {}};
  bool ok{false};
};

const auto kEverything = net::parse_prefix("0.0.0.0/0").value();

}  // namespace

TEST_CASE("a host that dies under half-open probes gets nothing more, the others everything") {
  Watched watched({"10.9.0.0/29", "10.9.1.0/29"});
  for (const auto* name : {"10.9.0.2", "10.9.0.3", "10.9.1.2", "10.9.1.3"}) watched.live(name);
  watched.live("10.9.0.4", 120);
  watched.run();

  REQUIRE(watched.trips.size() == 1);
  const auto& trip = watched.trips[0];
  CHECK(trip.ip == ip("10.9.0.4"));
  CHECK_FALSE(trip.stops_block);
  CHECK_FALSE(trip.path);
  CHECK(trip.at - trip.last_heard < 30s);
  REQUIRE(trip.probes.size() == probe::Guard::kKept);
  CHECK(watched.sent_after(trip.at, {trip.ip, 32}) == 0);
  // Between its last word and the verdict: what is under way, and three questions.
  CHECK(watched.sent_after(trip.last_heard, {trip.ip, 32}) < 40 * 8);
  CHECK(watched.outcome("10.9.0.4") == HostOutcome::skipped);
  for (const auto* name : {"10.9.0.2", "10.9.0.3", "10.9.1.2", "10.9.1.3"}) {
    CHECK(watched.outcome(name) == HostOutcome::answered);
  }
  CHECK(std::none_of(
      watched.seen.results.begin(), watched.seen.results.end(),
      [&](const auto& one) { return one.at.ip == trip.ip && one.verdict == Verdict::filtered; }));
}

TEST_CASE("two hosts that die end the probing of their prefix, and of no other") {
  Watched watched({"10.9.0.0/29", "10.9.1.0/29"});
  for (const auto* name : {"10.9.0.2", "10.9.1.2", "10.9.1.3"}) watched.live(name);
  watched.live("10.9.0.4", 90);
  watched.live("10.9.0.5", 150);
  watched.run();

  REQUIRE(watched.trips.size() == 2);
  CHECK(watched.trips[1].stops_block);
  CHECK_FALSE(watched.trips[1].stops_run);
  CHECK(watched.sent_after(watched.trips[1].at, net::parse_prefix("10.9.0.0/24").value()) == 0);
  CHECK(watched.outcome("10.9.0.2") == HostOutcome::skipped);
  CHECK(watched.outcome("10.9.1.2") == HostOutcome::answered);
  CHECK(watched.outcome("10.9.1.3") == HostOutcome::answered);
}

TEST_CASE("five hosts that die in five prefixes end the run") {
  std::vector<std::string> cidrs;
  for (int block = 0; block < 7; ++block)
    cidrs.push_back("10.9." + std::to_string(block) + ".0/30");
  Watched watched(cidrs);
  for (int block = 0; block < 7; ++block) {
    const auto prefix = "10.9." + std::to_string(block) + ".";
    watched.live(prefix + "1");
    if (block < 5) watched.live(prefix + "2", 60 + 20 * static_cast<std::uint64_t>(block));
  }
  watched.run();

  REQUIRE(watched.trips.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(watched.trips[i].stops_run == (i == 4));
  CHECK(watched.sent_after(watched.trips[4].at, kEverything) == 0);
  CHECK(watched.outcome("10.9.6.1") == HostOutcome::skipped);
}

TEST_CASE("a path that is lost stops nobody's host") {
  Watched watched({"10.9.0.0/29"});
  for (const auto* name : {"10.9.0.2", "10.9.0.3", "10.9.0.4"}) watched.live(name);
  watched.rig.sim.after(4s, [&] { watched.rig.sim.path_out().loss = 1; });
  watched.rig.sim.after(9s, [&] { watched.rig.sim.path_out().loss = 0; });
  watched.run();
  CHECK(watched.trips.empty());
  for (const auto* name : {"10.9.0.2", "10.9.0.3", "10.9.0.4"}) {
    CHECK(watched.outcome(name) == HostOutcome::answered);
  }
}

TEST_CASE("a peer that trickles bytes costs its session and no more, and is no server") {
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/28"}, {}, 2000, 400, 40, ""}));
  rig.net.listen("10.9.0.3", 80, peers::trickles("lorem ipsum ", 900ms));
  test::SweepRun swept;
  sweep_city(rig, swept, "22,80");
  CHECK(swept.found.count(Verdict::open_synack) == 1);
  const auto tls = std::move(probe::open_tls_context()).value();
  const auto begun = rig.net.clock().steady();
  const probe::InterviewSettings settings;
  probe::Subject subject{rig.target("10.9.0.3", 80), 2ms, ""};
  const auto report =
      rig.net.await(probe::interview(rig.pacer, *tls, std::move(subject), settings));
  CHECK(report.verdict == Verdict::tarpit);
  CHECK(rig.net.clock().steady() - begun <= settings.session + 5s);
  CHECK(report.connections <= 6);
  CHECK_FALSE(model::is_listed(report.verdict));
}

TEST_CASE("on our own link only neighbours that have a MAC are sent to, and reached by it") {
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/27"}, {}, 0, 0, 0, ""}));
  probe::Way way;
  way.covers = net::parse_prefix("10.9.0.0/24").value();
  way.interface = "eth0";
  way.interface_index = 2;
  way.source = ip("10.9.0.250");
  way.own = {{0x02, 0, 0, 0, 0, 1}};
  way.ethernet = way.on_link = true;
  rig.sim.add_way(way);
  for (const auto* name : {"10.9.0.3", "10.9.0.4"}) {
    rig.net.listen(name, 80, peers::silent());
    rig.sim.host(name);
  }
  const test::Grid source(rig.scope, "22,80,443");
  test::Found found;
  probe::SynSweep sweep(rig.pacer, rig.sim, source, found, {});
  CHECK(rig.net.await(sweep.run()).has_value());

  CHECK(found.count(Verdict::open_synack) == 2);
  CHECK(found.count(Verdict::closed) == 4);
  CHECK(rig.sim.record().malformed() == 0);  // each frame had the MAC of its host
  std::map<net::Address, int> questions, others;
  for (const auto& packet : rig.sim.record().packets()) {
    ++(packet.kind == test::SimKind::neighbour ? questions : others)[packet.ip];
  }
  CHECK(questions.size() == 32);
  for (const auto& [who, count] : questions) {
    const bool lives = who == ip("10.9.0.3") || who == ip("10.9.0.4");
    CHECK(count == (lives ? 1 : 3));
    CHECK(others.contains(who) == lives);
    CHECK(sweep.outcome(who) == (lives ? HostOutcome::answered : HostOutcome::unreachable));
  }
}

TEST_CASE("a box that resets for the dead invents no open port and hides none") {
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/26"}, {}, 2000, 800, 80, ""}));
  const auto city = settle_city(rig);
  rig.sim.add(actors::resets_for_dead(net::parse_prefix("10.9.0.0/24").value()));
  test::SweepRun run;
  sweep_city(rig, run);
  CHECK(run.ok);
  const auto result = score(city, run.found);
  CHECK(result.recall() == 1);
  CHECK(result.invented == 0);
  // What it refuses for is refused once: nobody there is asked again.
  const auto dead = rig.scope.address_count() - city.hosts;
  CHECK(run.found.count(Verdict::closed) >= dead * 15);
  CHECK(run.progress.retried <= city.hosts * 15);
}
