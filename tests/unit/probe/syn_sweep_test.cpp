// syn_sweep — what half-open probing says of few hosts; the town is in property/probe.
// covers: probe/syn_discovery probe/syn_report
#include "qingdan/probe/syn_sweep.h"

#include <catch2/catch.hpp>
#include <map>

#include "support/lib/sim_rig.h"
#include "support/lib/sweeps.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::HostOutcome;
using model::Verdict;
using test::Found;
using test::Grid;
using test::PortKind;
using test::SimRig;

namespace {

net::Address address(const char* text) { return net::parse_address(text).value(); }

model::Endpoint at(const char* ip, std::uint16_t port) {
  return {"z", address(ip), net::Transport::tcp, port};
}

// One host answers with one open port, one filters all but one, the others are not there.
void settle(SimRig& rig) {
  rig.net.listen("192.0.2.1", 22, test::peers::silent());
  rig.net.listen("192.0.2.2", 80, test::peers::silent());
  rig.net.host("192.0.2.2").others.kind = PortKind::silent;
}

probe::Way link_of_neighbours() {
  probe::Way way;
  way.covers = net::block_of(address("192.0.2.1"));
  way.interface = "eth0";
  way.source = address("192.0.2.254");
  way.own = net::Mac{{0x02, 0, 0, 0, 0, 0x01}};
  way.ethernet = way.on_link = true;
  return way;
}

Awaitable<void> run_to_end(probe::SynSweep& sweep, bool& ok) {
  auto ended = co_await sweep.run();
  ok = ended.has_value();
}

Awaitable<void> stop_after(SimRig& rig, std::chrono::milliseconds time) {
  probe::Event timer(rig.net.executor(), rig.net.alarms());
  const auto until = rig.net.clock().steady() + time;
  co_await timer.wait_until(until);
  rig.stop.store(true);
}

}  // namespace

TEST_CASE("open, closed and silent ports are told apart, and addresses with them", "[probe][syn]") {
  SimRig rig(test::make_scope("192.0.2.0/29"));
  settle(rig);
  const Grid source(rig.scope, "22,80,443");
  Found found;
  probe::SynSweep sweep(rig.pacer, rig.sim, source, found);
  bool ok = false;
  rig.net.spawn(run_to_end(sweep, ok));
  rig.net.run();
  CHECK(ok);
  CHECK(found.verdicts.size() == source.size());
  CHECK(found.twice == 0);
  CHECK(found.verdicts.at(at("192.0.2.1", 22)) == Verdict::open_synack);
  CHECK(found.verdicts.at(at("192.0.2.1", 80)) == Verdict::closed);
  CHECK(found.verdicts.at(at("192.0.2.2", 80)) == Verdict::open_synack);
  CHECK(found.verdicts.at(at("192.0.2.2", 22)) == Verdict::filtered);
  CHECK(found.verdicts.at(at("192.0.2.5", 22)) == Verdict::filtered);
  CHECK(sweep.outcome(address("192.0.2.1")) == HostOutcome::answered);
  CHECK(sweep.outcome(address("192.0.2.2")) == HostOutcome::answered);
  CHECK(sweep.outcome(address("192.0.2.5")) == HostOutcome::silent);
  const auto reports = sweep.reports(true);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].found_first_pass_only == 2);
  CHECK(reports[0].asked == source.size());
  CHECK(reports[0].not_probed == 0);
}

TEST_CASE("of an open port it is told how the host's stack accepted", "[probe][syn]") {
  const bool neighbours = GENERATE(false, true);
  SimRig rig(test::make_scope("192.0.2.0/30"));
  settle(rig);
  if (neighbours) rig.sim.add_way(link_of_neighbours());
  const Grid source(rig.scope, "22,80");
  Found found;
  probe::SynSweep sweep(rig.pacer, rig.sim, source, found);
  REQUIRE(rig.net.await(sweep.run()));
  REQUIRE(found.count(Verdict::open_synack) == 2);
  for (const auto& result : found.results) {
    const bool open = result.verdict == Verdict::open_synack;
    INFO(result.at.port << " " << result.look);
    CHECK(result.look.empty() != open);
    if (!open) continue;
    CHECK(result.look.starts_with("4:"));
    const auto mac = " " + test::mac_of(result.at.ip).to_string();
    CHECK(result.look.ends_with(mac) == neighbours);
  }
}

TEST_CASE("a sweep that was stopped goes on from its checkpoint and ends alike", "[probe][syn]") {
  test::ScopeText text{{"192.0.2.0/29"}, {}, 20, 0, 0, ""};
  Found first, second;
  model::Checkpoint kept;
  {
    SimRig rig(test::make_scope(text));
    settle(rig);
    const Grid source(rig.scope, "22,80,443");
    probe::SynSweep sweep(rig.pacer, rig.sim, source, first);
    bool ok = false;
    rig.net.spawn(run_to_end(sweep, ok));
    rig.net.spawn(stop_after(rig, 1200ms));
    rig.net.run();
    CHECK(ok);
    kept = sweep.checkpoint();
    CHECK(first.verdicts.size() < source.size());
    CHECK(sweep.outcome(address("192.0.2.5")) == HostOutcome::skipped);
  }
  SimRig rig(test::make_scope(text));
  settle(rig);
  const Grid source(rig.scope, "22,80,443");
  probe::SynSweep sweep(rig.pacer, rig.sim, source, second);
  sweep.resume(kept);
  bool ok = false;
  rig.net.spawn(run_to_end(sweep, ok));
  rig.net.run();
  CHECK(ok);
  auto both = first.verdicts;
  for (const auto& [endpoint, verdict] : second.verdicts) {
    CHECK(both.emplace(endpoint, verdict).second);  // nothing is told twice
  }
  CHECK(both.size() == source.size());
  CHECK(both.at(at("192.0.2.1", 22)) == Verdict::open_synack);
  CHECK(both.at(at("192.0.2.2", 80)) == Verdict::open_synack);
  CHECK(sweep.outcome(address("192.0.2.5")) == HostOutcome::silent);
}

TEST_CASE("a host that answers pings alone is alive though every port is silent", "[probe][syn]") {
  SimRig rig(test::make_scope("192.0.2.0/30"));
  rig.net.host("192.0.2.1").others.kind = PortKind::silent;
  const Grid source(rig.scope, "22");
  Found found;
  probe::SynSweep sweep(rig.pacer, rig.sim, source, found);
  bool ok = false;
  rig.net.spawn(run_to_end(sweep, ok));
  rig.net.run();
  CHECK(ok);
  CHECK(found.verdicts.at(at("192.0.2.1", 22)) == Verdict::filtered);
  CHECK(sweep.outcome(address("192.0.2.1")) == HostOutcome::answered);
  CHECK(sweep.outcome(address("192.0.2.2")) == HostOutcome::silent);
}

TEST_CASE("the ledger has the SYNs and the pings that the wire saw", "[probe][syn]") {
  SimRig rig(test::make_scope("192.0.2.0/30"));
  probe::SendLog log;
  rig.dialer.keep_log(log);
  const Grid source(rig.scope, "22,80");
  Found found;
  probe::SynSweep sweep(rig.pacer, rig.sim, source, found);
  bool ok = false;
  rig.net.spawn(run_to_end(sweep, ok));
  rig.net.run();
  CHECK(ok);
  std::map<model::SendKind, std::uint64_t> packets;
  for (const auto& entry : log.take()) packets[entry.kind] += entry.packets;
  CHECK(packets[model::SendKind::tcp_syn] == sweep.progress().sent);
  CHECK(packets[model::SendKind::icmp] > 0);
  CHECK(packets[model::SendKind::tcp_syn] + packets[model::SendKind::icmp] ==
        rig.sim.record().packets().size());
}
