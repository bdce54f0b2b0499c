// sweep_report — a sweep that was stopped or killed and goes on is as good as one that was not.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "probe/sweep_run.h"
#include "support/lib/rig.h"
#include "support/lib/sweeps.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::HostOutcome;
using model::Verdict;
using net::Transport;
using test::PortKind;
using test::Found;
using test::Grid;
using test::Rig;

namespace {

Awaitable<void> run_to_end(probe::Sweep& sweep) {
  auto ended = co_await sweep.run();
  CHECK(ended);
}

// Two hosts of four; one answers late, one has silent ports.
struct Town {
  explicit Town(std::uint64_t seed, const std::string& windows = "")
      : rig(test::make_scope(test::ScopeText{{"192.0.2.0/29"}, {}, 50, 0, 0, windows}), seed) {
    rig.net.listen("192.0.2.1", 22, test::peers::greets("SSH-2.0-x\r\n"));
    rig.net.host("192.0.2.1").ports[{Transport::tcp, 80}].kind = PortKind::silent;
    rig.net.host("192.0.2.2").round_trip = 400ms;
    rig.net.host("192.0.2.3").others.kind = PortKind::unreachable;
  }
  void run(probe::Sweep& sweep) {
    rig.net.spawn(run_to_end(sweep));
    REQUIRE(rig.net.run());
  }
  Rig rig;
};

// What a register would keep: pages and host marks by key, the rest replaced.
void keep(model::Checkpoint& kept, model::Checkpoint told) {
  std::map<std::uint64_t, Bytes> pages;
  for (auto& page : kept.pages) pages[page.page] = std::move(page.marks);
  for (auto& page : told.pages) pages[page.page] = std::move(page.marks);
  std::map<net::Address, model::HostMark> hosts;
  for (const auto& host : kept.hosts) hosts[host.ip] = host;
  for (const auto& host : told.hosts) hosts[host.ip] = host;
  std::map<net::Address, model::PrefixReport> reports;
  for (const auto& report : kept.report) reports[report.block] = report;
  for (const auto& report : told.report) reports[report.block] = report;
  kept = std::move(told);
  kept.pages.clear();
  kept.hosts.clear();
  kept.report.clear();
  for (auto& [page, marks] : pages) kept.pages.push_back({page, std::move(marks)});
  for (const auto& [ip, host] : hosts) kept.hosts.push_back(host);
  for (const auto& [block, report] : reports) kept.report.push_back(report);
}

const std::string kPorts = "22,80,443,8080";

}  // namespace

TEST_CASE("killed anywhere and resumed from its last checkpoint, a sweep finds the same") {
  std::map<model::Endpoint, Verdict> undisturbed;
  {
    Town town(1);
    const Grid grid(town.rig.scope, kPorts);
    Found found;
    probe::Sweep sweep(town.rig.pacer, grid, found);
    town.run(sweep);
    undisturbed = found.verdicts;
  }
  REQUIRE(undisturbed.size() == 32);
  for (std::size_t kill_after = 1; kill_after < 32; ++kill_after) {
    INFO("killed after " << kill_after << " verdicts");
    model::Checkpoint kept;
    Found before;
    {
      Town town(kill_after);
      const Grid grid(town.rig.scope, kPorts);
      probe::Sweep sweep(town.rig.pacer, grid, before);
      std::size_t told = 0;
      // A checkpoint with every third verdict; what comes after it is lost with the process.
      before.on_result = [&] {
        if (++told % 3 == 0) keep(kept, sweep.checkpoint());
        if (told >= kill_after) town.rig.stop = true;
      };
      town.run(sweep);
      if (told < 3) keep(kept, sweep.checkpoint());
    }
    Town town(kill_after + 100);
    const Grid grid(town.rig.scope, kPorts);
    Found after;
    probe::Sweep sweep(town.rig.pacer, grid, after);
    sweep.resume(kept);
    town.run(sweep);
    CHECK(after.twice == 0);
    auto all = before.verdicts;
    for (const auto& [at, verdict] : after.verdicts) all[at] = verdict;
    CHECK(all == undisturbed);
    CHECK(sweep.progress().done == 32);
    CHECK(sweep.outcome(net::parse_address("192.0.2.1").value(), 4) == HostOutcome::answered);
    CHECK(sweep.outcome(net::parse_address("192.0.2.3").value(), 4) == HostOutcome::unreachable);
    CHECK(sweep.outcome(net::parse_address("192.0.2.5").value(), 4) == HostOutcome::silent);
  }
}

TEST_CASE("a stop decides nothing and an answered position is not asked again") {
  Town town(1);
  const Grid grid(town.rig.scope, kPorts);
  Found before;
  model::Checkpoint kept;
  {
    probe::Sweep sweep(town.rig.pacer, grid, before);
    before.on_result = [&] { town.rig.stop = before.verdicts.size() >= 6; };
    town.run(sweep);
    CHECK(sweep.progress().not_asked == 0);
    keep(kept, sweep.checkpoint());
  }
  town.rig.stop = false;
  Found after;
  probe::Sweep sweep(town.rig.pacer, grid, after);
  sweep.resume(kept);
  town.run(sweep);
  CHECK(before.verdicts.size() + after.verdicts.size() == 32);
  CHECK(sweep.progress().done == 32);
}

TEST_CASE("zones that are closed are deferred while another goes on, and asked as they open") {
  const UnixMillis start = test::FakeNet().clock().now();
  const auto at = [&](std::chrono::minutes after) {
    return format_local(start + after).substr(11);
  };
  std::string toml =
      "[authorisation]\nnumber = \"T\"\nissued_by = \"t\"\nvalid_from = 2000-01-01\n"
      "valid_to = 2100-01-01\n[pace]\nglobal_pps = 0\nprefix_pps = 0\nhost_pps = 0\n";
  for (const std::string zone : {"192.0.2.0/30", "198.51.100.0/30", "203.0.113.0/30"}) {
    toml += "[[allow]]\ncidr = \"" + zone + "\"\nzone = \"" + zone + "\"\nunit = \"u\"\n";
  }
  toml += "[[window]]\nzone = \"198.51.100.0/30\"\nfrom = " + at(5min) + "\nto = " + at(9min) +
          "\n[[window]]\nzone = \"203.0.113.0/30\"\nfrom = " + at(10min) + "\nto = " + at(20min) +
          "\n";
  Rig rig(targets::parse_scope(toml, "t").value());
  for (const auto* ip : {"192.0.2.1", "198.51.100.1", "203.0.113.1"}) rig.net.host(ip);
  const Grid grid(rig.scope, kPorts);
  Found found;
  probe::Sweep sweep(rig.pacer, grid, found);
  const auto begun = rig.pacer.now();
  rig.net.spawn(run_to_end(sweep));
  REQUIRE_FALSE(rig.net.run(2min));
  CHECK(sweep.progress().deferred == 32);
  CHECK(sweep.progress().paused_until.value != 0);
  CHECK(sweep.reports(true).back().deferred == 16);
  REQUIRE_FALSE(rig.net.run(5min));
  CHECK(sweep.progress().deferred == 16);
  REQUIRE(rig.net.run());
  CHECK(rig.pacer.now() - begun < 15min);
  CHECK(found.verdicts.size() == 48);
  CHECK(found.twice == 0);
  CHECK(sweep.progress().deferred == 0);
  for (const auto& attempt : rig.net.traffic().attempts) {
    const auto after = attempt.at - begun;
    if (attempt.ip >= net::parse_address("203.0.113.0").value()) {
      CHECK(after >= 10min);
    } else if (attempt.ip >= net::parse_address("198.51.100.0").value()) {
      CHECK(after >= 5min);
    }
  }
}

TEST_CASE("the report of a prefix adds up, and loss shows where late answers came") {
  Town town(1);
  town.rig.net.set_loss(0.2);
  const Grid grid(town.rig.scope, "1-64");
  Found found;
  probe::Sweep sweep(town.rig.pacer, grid, found);
  town.run(sweep);
  const auto reports = sweep.reports(true);
  REQUIRE(reports.size() == 1);
  const auto& report = reports[0];
  CHECK(report.zone == "z");
  CHECK(report.addresses == 8);
  CHECK(report.planned == 8 * 64);
  CHECK(report.asked == report.planned);
  CHECK(report.not_probed == 0);
  CHECK(report.answered <= 2 * 64);
  CHECK(report.found_first_pass_only + report.found_second_only <= 1);
  if (report.answered_late > 0) CHECK(report.loss_estimate > 0);
  CHECK(sweep.reports(false).empty());
}
