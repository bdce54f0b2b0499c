// sim_census_prop — sweep, canaries and interviews one after the other in the simulated world: what
// may stand in a list as open, and what a printer and a controller were made to bear.
#include <catch2/catch.hpp>

#include "probe/tls_engine.h"
#include "qingdan/probe/canary.h"
#include "qingdan/probe/interview_runner.h"
#include "qingdan/probe/table.h"
#include "sim_city.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::Verdict;
using test::SimRig;
namespace actors = test::actors;
namespace peers = test::peers;

namespace {

struct Census {
  std::map<model::Endpoint, Verdict> verdicts;
  std::map<net::Address, probe::CanaryFindings> canaries;
  bool ok{false};
};

Awaitable<void> interview_all(probe::InterviewRunner& runner, Census& census) {
  auto ended = co_await runner.run();
  census.ok = ended.has_value();
}

Census take_census(SimRig& rig, std::string_view ports) {
  Census census;
  test::SweepRun sweep;
  test::sweep_city(rig, sweep, ports);
  const auto tls = std::move(probe::open_tls_context()).value();
  std::set<net::Address> hosts;
  for (const auto& result : sweep.found.results) {
    const bool fragile =
        probe::class_of({net::Transport::tcp, result.at.port}) != probe::PortClass::normal;
    if (model::is_open(result.verdict) && !fragile) hosts.insert(result.at.ip);
  }
  Rng rng(3);
  for (const auto& ip : hosts) {
    const auto canaries = probe::choose_canaries(rng, net::parse_ports(ports).value());
    census.canaries[ip] = rig.net.await(
        probe::ask_canaries(rig.pacer, *tls, ip, canaries, probe::InterviewSettings{}));
  }
  const auto keep = [&](probe::InterviewReport report) {
    census.verdicts[report.at] = probe::judge(report, census.canaries[report.at.ip]);
  };
  probe::InterviewRunner runner(rig.pacer, *tls, keep);
  for (const auto& result : sweep.found.results) {
    if (!model::is_open(result.verdict)) continue;
    runner.submit(
        {rig.scope.approve(result.at.ip, net::Transport::tcp, result.at.port).value(), 2ms, ""});
  }
  runner.finish();
  rig.net.spawn(interview_all(runner, census));
  rig.net.run();
  census.ok = census.ok && sweep.ok;
  return census;
}

}  // namespace

TEST_CASE("neither a SYN proxy nor a firewall that accepts everything gets a port into the list") {
  const auto box = GENERATE(0, 1, 2);
  SimRig rig(
      test::make_scope(test::ScopeText{{"10.9.0.0/28", "10.9.1.0/28"}, {}, 2000, 400, 40, ""}));
  const auto prefix = net::parse_prefix("10.9.1.0/24").value();
  if (box == 0) rig.sim.add(actors::syn_proxy(prefix));
  if (box == 1) rig.sim.add(actors::open_firewall(prefix, true));
  if (box == 2) rig.sim.add(actors::tarpit(prefix));
  rig.net.listen("10.9.0.3", 22, peers::greets("SSH-2.0-OpenSSH_9.2\r\n"));
  rig.net.listen("10.9.0.3", 80, peers::web("<title>office</title>"));
  rig.net.listen("10.9.1.3", 22, peers::greets("SSH-2.0-OpenSSH_9.2\r\n"));

  const auto census = take_census(rig, "22,80,443");

  CHECK(census.ok);
  std::set<std::string> listed;
  for (const auto& [at, verdict] : census.verdicts) {
    if (model::is_listed(verdict)) listed.insert(at.ip.to_string() + ":" + std::to_string(at.port));
  }
  std::set<std::string> truth{"10.9.0.3:22", "10.9.0.3:80"};
  // The proxy hands what is real through; the other two hide it.
  if (box == 0) truth.insert("10.9.1.3:22");
  CHECK(listed == truth);
  CHECK(rig.sim.record().outside().empty());
}

TEST_CASE("a printer gets no byte to print and a controller one connection at a time") {
  SimRig rig(test::make_scope(test::ScopeText{{"10.9.0.0/28"}, {}, 2000, 400, 40, ""}));
  rig.net.listen("10.9.0.3", 9100, peers::silent());
  rig.net.listen("10.9.0.3", 515, peers::silent());
  auto& plc = rig.sim.host("10.9.0.4");
  plc.traits.slots = 4;
  for (const std::uint16_t port : {102, 502, 44'818}) {
    rig.net.listen("10.9.0.4", port, peers::silent());
  }
  rig.net.listen("10.9.0.4", 80, peers::web("<title>PLC</title>"));

  const auto census = take_census(rig, "80,102,502,515,9100,44818");

  CHECK(census.ok);
  CHECK(rig.sim.record().payload_to(net::parse_address("10.9.0.3").value(), 9100) == 0);
  CHECK(rig.sim.record().payload_to(net::parse_address("10.9.0.3").value(), 515) == 0);
  for (const std::uint16_t port : {102, 502, 44'818}) {
    CHECK(rig.sim.record().payload_to(net::parse_address("10.9.0.4").value(), port) == 0);
  }
  CHECK_FALSE(plc.dead());
  CHECK(plc.log().most_open <= 1);
  CHECK(plc.log().most_slots <= 1);
}
