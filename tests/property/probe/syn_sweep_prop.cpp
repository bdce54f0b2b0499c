// syn_sweep_prop — the half-open sweep in the simulated world: what it finds through loss, what it
// never sends, and that no address, block or second sees more than the owner allowed.
#include <catch2/catch.hpp>

#include "sim_city.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::Verdict;
using test::City;
using test::PathSettings;
using test::SimRig;
using test::SweepRun;

namespace {

targets::Scope city_scope(std::uint32_t global = 2000, std::uint32_t block = 800,
                          std::uint32_t host = 80) {
  return test::make_scope(test::ScopeText{
      {"10.9.0.0/22", "2001:db8:9::/120"}, {"10.9.1.64/26"}, global, block, host, ""});
}

void check_polite(SimRig& rig) {
  const auto& record = rig.sim.record();
  const auto& pace = rig.scope.pace();
  CHECK(record.outside().empty());
  CHECK(record.malformed() == 0);
  CHECK(worst_window(record.packets(), test::keys::whole).packets <= pace.global_pps);
  CHECK(worst_window(record.packets(), test::keys::block).packets <= pace.prefix_pps);
  CHECK(worst_window(record.packets(), test::keys::host).packets <= pace.host_pps);
  for (const auto& packet : record.packets()) {
    if (!rig.scope.contains(packet.ip) || packet.payload != 0) FAIL(packet.ip.to_string());
  }
}

}  // namespace

TEST_CASE("without loss every open port is found, nothing is invented, each is told once") {
  SimRig rig(city_scope());
  const auto city = settle_city(rig);
  SweepRun run;
  sweep_city(rig, run);
  REQUIRE(run.ended);
  CHECK(run.ok);
  const auto result = score(city, run.found);
  CHECK(result.recall() == 1);
  CHECK(result.invented == 0);
  CHECK(run.found.twice == 0);
  CHECK(run.progress.done == run.progress.planned);
  CHECK(run.progress.not_asked == 0);
  CHECK(rig.sim.record().least_syn_gap().value() >= 1s);
  check_polite(rig);
}

TEST_CASE("at 5 % loss each way, random or in bursts, at least 99.5 % is found") {
  const auto seed = GENERATE(1, 2, 3);
  const auto bursts = GENERATE(false, true);
  SimRig rig(city_scope(), static_cast<std::uint64_t>(seed));
  const auto city = settle_city(rig, static_cast<std::uint64_t>(seed));
  PathSettings path;
  (bursts ? path.burst_loss : path.loss) = 0.05;
  rig.sim.set_path(path);
  SweepRun run;
  sweep_city(rig, run);
  REQUIRE(run.ended);
  CHECK(run.ok);
  const auto result = score(city, run.found);
  INFO("seed " << seed << ", bursts " << bursts << ": " << result.missed << " missed of "
               << city.open.size() << ", " << run.progress.sent << " sent");
  CHECK(result.recall() >= 0.995);
  CHECK(result.invented == 0);
  CHECK(run.found.twice == 0);
  check_polite(rig);
}

TEST_CASE("doubled, overtaken and late packets change nothing") {
  SimRig rig(city_scope());
  const auto city = settle_city(rig);
  PathSettings path;
  path.doubled = 0.1;
  path.overtaken = 0.3;
  path.overtaken_by = 400ms;
  path.delay = 100ms;
  rig.sim.set_path(path);
  SweepRun run;
  sweep_city(rig, run);
  CHECK(run.ok);
  const auto result = score(city, run.found);
  CHECK(result.recall() == 1);
  CHECK(result.invented == 0);
  CHECK(run.found.twice == 0);
  check_polite(rig);
}

TEST_CASE("a full send queue, a stalled process and a sleeping machine break no cap") {
  SimRig rig(city_scope(500, 200, 20));
  const auto city = settle_city(rig);
  for (int i = 1; i <= 20; ++i) {
    rig.sim.after(i * 2s, [&] { rig.sim.link_traits().refusals = 300; });
    rig.sim.after(i * 2s + 700ms, [&] { rig.sim.stall(350ms); });
    rig.sim.after(i * 2s + 900ms, [&rig, i] { rig.sim.suspend(i % 2 == 0 ? -2h : 1h); });
  }
  rig.sim.link_traits().per_call = 7;
  SweepRun run;
  sweep_city(rig, run);
  CHECK(run.ok);
  CHECK(score(city, run.found).recall() == 1);
  check_polite(rig);
}

TEST_CASE("a host that rations its resets is asked until its closed ports are told from silence") {
  const auto per_second = GENERATE(3U, 10U, 25U);
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/24"}, {}, 2000, 800, 40, ""}));
  rig.net.listen("10.9.0.5", 80, test::peers::silent());
  rig.sim.host("10.9.0.5").traits.resets_per_second = per_second;
  SweepRun run;
  sweep_city(rig, run, "1-200");
  CHECK(run.ok);
  INFO(per_second << " resets a second: " << run.found.count(Verdict::closed) << " closed");
  CHECK(run.found.count(Verdict::open_synack) == 1);
  CHECK(run.found.count(Verdict::closed) >= 197);
  check_polite(rig);
}

TEST_CASE("by connect too a host that rations its resets is told from a silent one") {
  const auto per_second = GENERATE(3U, 10U);
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/28"}, {}, 2000, 800, 40, ""}));
  rig.net.listen("10.9.0.5", 80, test::peers::silent());
  rig.sim.host("10.9.0.5").traits.resets_per_second = per_second;
  const test::Grid source(rig.scope, "1-120");
  test::Found found;
  probe::Sweep sweep(rig.pacer, source, found);
  CHECK(rig.net.await(sweep.run()).has_value());
  INFO(per_second << " resets a second: " << found.count(Verdict::closed) << " closed");
  CHECK(found.count(Verdict::open) == 1);
  CHECK(found.count(Verdict::closed) >= 117);
  CHECK(found.twice == 0);
  CHECK(sweep.progress().done == source.size());
  check_polite(rig);
}

TEST_CASE("a host of which every other port is silent is not asked for ever") {
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/28"}, {}, 2000, 800, 40, ""}));
  Rng rng(3);
  std::size_t filtered = 0;
  for (std::uint16_t port = 1; port <= 400; ++port) {
    const bool silent = rng.below(2) == 0;
    filtered += silent ? 1 : 0;
    auto& ports = rig.net.host("10.9.0.5").ports;
    if (silent) ports[{net::Transport::tcp, port}].kind = test::PortKind::silent;
  }
  rig.sim.host("10.9.0.5");
  SweepRun run;
  sweep_city(rig, run, "1-400");
  CHECK(run.ok);
  CHECK(run.found.count(Verdict::closed) == 400 - filtered);
  std::size_t asked = 0;
  for (const auto& packet : rig.sim.record().packets()) {
    asked += packet.kind == test::SimKind::tcp && packet.origin == test::Origin::raw &&
                     packet.ip.to_string() == "10.9.0.5"
                 ? 1
                 : 0;
  }
  CHECK(asked <= 400 + filtered + 33);  // one further try of all, and a trial of the slow pass
  check_polite(rig);
}

TEST_CASE("a device with four slots is never held by more than one half-open connection") {
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/24"}, {}, 2000, 400, 40, ""}));
  auto& plc = rig.sim.host("10.9.0.5");
  plc.traits.slots = 4;
  for (const std::uint16_t port : {80, 102, 502, 2404}) {
    rig.net.listen("10.9.0.5", port, test::peers::silent());
  }
  SweepRun run;
  sweep_city(rig, run, "80,102,502,2404,44818");
  CHECK(run.ok);
  CHECK_FALSE(plc.dead());
  CHECK(plc.log().most_slots == 1);
  CHECK(plc.log().completed == 0);
  CHECK(run.found.count(Verdict::open_synack) == 4);
}

TEST_CASE("a full table of flows on the way is not taken for closed ports or invented open ones") {
  SimRig rig(city_scope());
  const auto city = settle_city(rig);
  auto table =
      std::make_unique<test::actors::NatTable>(net::parse_prefix("10.9.2.0/24").value(), 500);
  auto& nat = *table;
  rig.sim.add(std::move(table));
  SweepRun run;
  sweep_city(rig, run);
  CHECK(run.ok);
  CHECK(nat.dropped() > 0);
  const auto result = score(city, run.found);
  CHECK(result.invented == 0);
  for (const auto& [endpoint, verdict] : run.found.verdicts) {
    if (city.open.contains(endpoint)) CHECK(verdict != Verdict::closed);
  }
  check_polite(rig);
}

TEST_CASE("a million probes cost no memory each, and every target is told once") {
  SimRig rig(test::make_scope(test::ScopeText{{"10.0.0.0/20"}, {}, 50'000, 0, 0, ""}));
  rig.sim.record().set_keep(false);
  for (int i = 0; i < 40; ++i) rig.sim.host("10.0.3." + std::to_string(i));
  struct Counting final : probe::SweepSink {
    void on_port(const targets::ApprovedTarget&, const model::PortResult& result) override {
      ++told;
      closed += result.verdict == Verdict::closed;
    }
    void on_observations(std::vector<model::Observation>) override {}
    std::uint64_t told{0}, closed{0};
  } sink;
  const test::Grid source(rig.scope, "1-256");
  probe::SynSettings settings;
  settings.discover = false;
  settings.retries = 0;
  settings.lossy_retries = 0;
  probe::SynSweep sweep(rig.pacer, rig.sim, source, sink, settings);
  // ASan's allocator reports nothing here; the other builds do.
  std::vector<std::size_t> in_use;
  for (const auto when : {3s, 10s, 18s}) {
    rig.sim.after(when, [&] { in_use.push_back(mallinfo2().uordblks); });
  }
  SweepRun run;
  rig.net.spawn(run_syn_sweep(sweep, run));
  rig.net.run();
  CHECK(run.ok);
  CHECK(source.size() == 1'048'576);
  CHECK(sink.told == source.size());
  CHECK(sink.closed == 40 * 256);
  CHECK(rig.sim.record().sent(test::Origin::raw) >= source.size());
  REQUIRE(in_use.size() == 3);
  CHECK(in_use[1] < in_use[0] + 256 * 1024);
  CHECK(in_use[2] < in_use[0] + 256 * 1024);
}
