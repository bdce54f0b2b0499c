// sweep — what is found, what is sent, and what is admitted not to have been asked.
// covers: probe/udp_probe
#include "qingdan/probe/sweep.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "qingdan/probe/table.h"
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

struct Swept {
  bool ok{false};
  std::string error;
  probe::SweepProgress progress;
  std::vector<model::CoverageBlock> coverage;
  std::map<std::string, HostOutcome> outcomes;
};

Awaitable<void> run_sweep(probe::Sweep& sweep, std::size_t ports, Swept& swept) {
  auto ended = co_await sweep.run();
  swept.ok = ended.has_value();
  if (!ended) swept.error = ended.error().text;
  swept.progress = sweep.progress();
  swept.coverage = sweep.coverage(ports);
}

Swept run(Rig& rig, const probe::TargetSource& source, Found& found,
          probe::SweepSettings settings = {}) {
  Swept swept;
  probe::Sweep sweep(rig.pacer, source, found, settings);
  const auto ports = source.size() / rig.scope.address_count();
  rig.net.spawn(run_sweep(sweep, ports, swept));
  const bool ended = rig.net.run();
  REQUIRE(ended);
  for (std::uint64_t i = 0; i < rig.scope.address_count(); ++i) {
    const auto ip = rig.scope.address_at(i);
    swept.outcomes[ip.to_string()] = sweep.outcome(ip, ports);
  }
  return swept;
}

model::Endpoint at(std::string_view ip, std::uint16_t port, Transport transport = Transport::tcp) {
  return {"z", net::parse_address(ip).value(), transport, port};
}

}  // namespace

TEST_CASE("open, closed and silent ports get their verdicts, each once") {
  Rig rig(test::make_scope("192.0.2.0/30"));
  rig.net.listen("192.0.2.1", 22, test::peers::greets("SSH-2.0-x\r\n"));
  rig.net.host("192.0.2.1").ports[{Transport::tcp, 80}].kind = PortKind::silent;
  rig.net.host("192.0.2.2").others.kind = PortKind::unreachable;
  Found found;

  const auto swept = run(rig, Grid(rig.scope, "22,80,443"), found);

  CHECK(swept.ok);
  CHECK(found.twice == 0);
  CHECK(found.verdicts.size() == 12);
  CHECK(found.verdicts[at("192.0.2.1", 22)] == Verdict::open);
  CHECK(found.verdicts[at("192.0.2.1", 80)] == Verdict::filtered);
  CHECK(found.verdicts[at("192.0.2.1", 443)] == Verdict::closed);
  CHECK(found.verdicts[at("192.0.2.3", 443)] == Verdict::filtered);
  CHECK(swept.outcomes.at("192.0.2.0") == HostOutcome::silent);
  CHECK(swept.outcomes.at("192.0.2.1") == HostOutcome::answered);
  CHECK(swept.outcomes.at("192.0.2.2") == HostOutcome::unreachable);
  CHECK(swept.progress.planned == 12);
  CHECK(swept.progress.done == 12);
  CHECK(swept.progress.answered == 2);
  CHECK(swept.progress.in_flight == 0);
  REQUIRE(swept.coverage.size() == 1);
  CHECK(swept.coverage[0].outcomes.size() == 4);
  CHECK(rig.net.traffic().fins == 1);
  CHECK(rig.net.traffic().dropped == 0);
  CHECK(rig.net.payload("192.0.2.1", 22).empty());
}

TEST_CASE("a refusal is not asked again; silence is, at least a second later") {
  Rig rig(test::make_scope("192.0.2.1/32"));
  rig.net.host("192.0.2.1").ports[{Transport::tcp, 80}].kind = PortKind::silent;
  Found found;

  run(rig, Grid(rig.scope, "22,80"), found);

  CHECK(rig.net.attempts_at("192.0.2.1", 22) == 1);
  CHECK(rig.net.attempts_at("192.0.2.1", 80) == 2);
  std::vector<SteadyTime> times;
  for (const auto& attempt : rig.net.traffic().attempts) {
    if (attempt.port.port == 80) times.push_back(attempt.at);
  }
  CHECK(times[1] - times[0] >= 1s);
  for (const auto& result : found.results) {
    if (result.at.port == 22) CHECK(result.rtt_ms == Approx(2.0));
  }
}

TEST_CASE("no retries asked, none made") {
  Rig rig(test::make_scope("192.0.2.1/32"));
  Found found;
  probe::SweepSettings settings;
  settings.retries = 0;
  const auto swept = run(rig, Grid(rig.scope, "1-50"), found, settings);
  CHECK(rig.net.traffic().attempts.size() == 50);
  CHECK(swept.progress.retried == 0);
  CHECK(found.count(Verdict::filtered) == 50);
}

TEST_CASE("an answer slower than the first timeout is found by the second try") {
  Rig rig(test::make_scope("192.0.2.1/32"));
  rig.net.host("192.0.2.1").round_trip = 940ms;
  rig.net.listen("192.0.2.1", 22, test::peers::silent());
  Found found;
  run(rig, Grid(rig.scope, "22"), found);
  CHECK(found.count(Verdict::open) == 1);
}

TEST_CASE("five percent loss each way costs less than half a percent of the open ports") {
  Rig rig(test::make_scope("192.0.2.0/25"), 5);
  rig.net.set_loss(0.05);
  for (int host = 0; host < 128; ++host) {
    const auto ip = "192.0.2." + std::to_string(host);
    for (std::uint16_t port = 1; port <= 40; ++port) {
      if (port % 2 == 0) rig.net.listen(ip, port, test::peers::silent());
    }
    rig.net.host(ip);
  }
  Found found;
  const auto swept = run(rig, Grid(rig.scope, "1-40"), found);
  const auto open = found.count(Verdict::open);
  CHECK(open >= 128 * 20 * 995 / 1000);
  CHECK(open <= 128 * 20);
  CHECK(swept.progress.retried < swept.progress.planned / 4);
  CHECK(found.twice == 0);
}

TEST_CASE("no second holds more packets than the caps allow") {
  test::ScopeText text{{"192.0.2.0/28"}, {}, 50, 0, 10, ""};
  Rig rig(test::make_scope(text));
  for (int host = 0; host < 16; ++host) rig.net.host("192.0.2." + std::to_string(host));
  Found found;
  const auto swept = run(rig, Grid(rig.scope, "1-30"), found);
  CHECK(swept.progress.done == 480);
  const auto& attempts = rig.net.traffic().attempts;
  REQUIRE(attempts.size() == 480);
  std::size_t first = 0, worst = 0, worst_host = 0;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    while (attempts[i].at - attempts[first].at >= 1s) ++first;
    worst = std::max(worst, i - first + 1);
    const auto same = std::count_if(attempts.begin() + static_cast<std::ptrdiff_t>(first),
                                    attempts.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                    [&](const auto& a) { return a.ip == attempts[i].ip; });
    worst_host = std::max(worst_host, static_cast<std::size_t>(same));
  }
  CHECK(worst <= 50);
  CHECK(worst_host <= 10);
  // Parked, not dropped, and no longer than the caps demand.
  CHECK(attempts.back().at - attempts.front().at < 11s);
}

TEST_CASE("one slow host does not hold up the others") {
  test::ScopeText text{{"192.0.2.0/29"}, {}, 0, 0, 5, ""};
  Rig rig(test::make_scope(text));
  for (int host = 0; host < 8; ++host) rig.net.host("192.0.2." + std::to_string(host));
  Found found;
  run(rig, Grid(rig.scope, "1-25"), found);
  const auto& attempts = rig.net.traffic().attempts;
  CHECK(attempts.back().at - attempts.front().at < 6s);  // 25 ports at 5 a second, all at once
}

TEST_CASE("without descriptors the window narrows and nothing is lost") {
  Rig rig(test::make_scope("192.0.2.0/26"));
  rig.net.set_descriptors(20);
  for (int host = 0; host < 64; ++host) {
    rig.net.listen("192.0.2." + std::to_string(host), 80, test::peers::silent());
  }
  Found found;
  const auto swept = run(rig, Grid(rig.scope, "80,81"), found);
  CHECK(swept.ok);
  CHECK(swept.progress.shortages > 0);
  CHECK(swept.progress.window < 4096);
  CHECK(found.count(Verdict::open) == 64);
  CHECK(found.count(Verdict::closed) == 64);
  CHECK(rig.net.traffic().most_open <= 20);
  CHECK(found.twice == 0);
  CHECK(swept.progress.sent == 128);
}

TEST_CASE("the window keeps to three quarters of the descriptors") {
  Rig rig(test::make_scope("192.0.2.0/24"));
  rig.net.set_capacity(40);
  Found found;
  run(rig, Grid(rig.scope, "80"), found);
  CHECK(rig.net.traffic().most_open <= 30);
  CHECK(found.results.size() == 256);
}

TEST_CASE("a stop ends the sweep within a second and owns up to what was not asked") {
  test::ScopeText text{{"192.0.2.0/24"}, {}, 100, 0, 0, ""};
  Rig rig(test::make_scope(text));
  for (int host = 0; host < 100; ++host) rig.net.host("192.0.2." + std::to_string(host));
  Found found;
  SteadyTime stopped{};
  found.on_result = [&] {
    if (found.results.size() != 120) return;
    rig.stop = true;
    stopped = rig.net.virtual_clock().steady();
  };
  const auto swept = run(rig, Grid(rig.scope, "80,443"), found);
  CHECK(swept.ok);
  CHECK(rig.net.virtual_clock().steady() - stopped <= 1s);
  CHECK(swept.progress.in_flight == 0);
  CHECK(rig.net.traffic().open == 0);
  std::size_t skipped = 0;
  for (const auto& [ip, outcome] : swept.outcomes) {
    const auto address = net::parse_address(ip).value();
    const bool both = found.verdicts.contains({"z", address, Transport::tcp, 80}) &&
                      found.verdicts.contains({"z", address, Transport::tcp, 443});
    CHECK(both == (outcome != HostOutcome::skipped));
    if (!both) ++skipped;
  }
  CHECK(skipped > 100);
}

TEST_CASE("a breach of scope ends the run with an error, and nothing was sent outside") {
  const auto wide = test::make_scope("192.0.2.0/24");
  Rig rig(test::make_scope("192.0.2.0/25"));
  Found found;
  const Grid source(wide, "80");
  Swept swept;
  probe::Sweep sweep(rig.pacer, source, found);
  rig.net.spawn(run_sweep(sweep, 1, swept));
  REQUIRE(rig.net.run());
  CHECK_FALSE(swept.ok);
  CHECK(swept.error.find("outside the scope") != std::string::npos);
  for (const auto& attempt : rig.net.traffic().attempts) CHECK(rig.scope.contains(attempt.ip));
}

TEST_CASE("while no zone is open the sweep waits, and goes on by itself when one opens") {
  test::ScopeText text{{"192.0.2.0/30"}, {}, 0, 0, 0, ""};
  const UnixMillis start = test::FakeNet().clock().now();
  const auto opens = format_local(start + 10min).substr(11);
  text.windows = "[[window]]\nzone = \"z\"\nfrom = " + opens +
                 "\nto = " + format_local(start + 20min).substr(11) + "\n";
  Rig rig(test::make_scope(text));
  rig.net.host("192.0.2.1");
  const auto begun = rig.pacer.now();
  Found found;
  const auto swept = run(rig, Grid(rig.scope, "80"), found);
  CHECK(found.verdicts.size() == 4);
  CHECK(swept.progress.not_asked == 0);
  CHECK(swept.outcomes.at("192.0.2.1") == HostOutcome::answered);
  REQUIRE_FALSE(rig.net.traffic().attempts.empty());
  const auto waited = rig.net.traffic().attempts.front().at - begun;
  CHECK(waited >= 10min - 1s);
  CHECK(waited < 10min + 2s);
}

TEST_CASE("a window that never opens within the validity is not waited for") {
  const UnixMillis start = test::FakeNet().clock().now();
  const auto day = [](UnixMillis time) { return format_local(time).substr(0, 10); };
  const auto toml =
      "[authorisation]\nnumber = \"T\"\nissued_by = \"t\"\nvalid_from = 2000-01-01\nvalid_to = " +
      day(start) + "\n[[allow]]\ncidr = \"192.0.2.0/30\"\nzone = \"z\"\nunit = \"u\"\n" +
      "[[blackout]]\nfrom = " + day(start) + "\nto = " + day(start) + "\nreason = \"r\"\n";
  Rig rig(targets::parse_scope(toml, "t").value());
  Found found;
  const auto swept = run(rig, Grid(rig.scope, "80"), found);
  CHECK(rig.net.traffic().attempts.empty());
  CHECK(swept.progress.not_asked == 4);
  CHECK(swept.outcomes.at("192.0.2.1") == HostOutcome::skipped);
}

TEST_CASE("UDP: a reply is open, an ICMP refusal closed, silence neither") {
  Rig rig(test::make_scope("192.0.2.0/30"));
  rig.net.answer_udp("192.0.2.1", 123, [](BytesView asked) -> std::optional<Bytes> {
    Bytes reply(asked.begin(), asked.end());
    if (reply.empty()) return std::nullopt;
    reply[0] = static_cast<std::uint8_t>((reply[0] & 0xF8U) | 4U);
    return reply;
  });
  rig.net.host("192.0.2.2");
  rig.net.host("192.0.2.3").others.kind = PortKind::silent;
  Found found;
  const auto swept = run(rig, Grid(rig.scope, "U:123"), found);
  CHECK(found.verdicts[at("192.0.2.1", 123, Transport::udp)] == Verdict::open_verified);
  CHECK(found.verdicts[at("192.0.2.2", 123, Transport::udp)] == Verdict::closed);
  CHECK(found.verdicts[at("192.0.2.3", 123, Transport::udp)] == Verdict::open_filtered);
  CHECK(rig.net.attempts_at("192.0.2.3", 123) == 2);
  CHECK(swept.progress.open == 1);
  REQUIRE(found.observations.size() == 1);
  CHECK(found.observations[0].channel == model::channel::kNtp);
  CHECK(found.observations[0].at == at("192.0.2.1", 123, Transport::udp));
}

TEST_CASE("datagrams to one host keep their distance, and stray ports are never asked") {
  Rig rig(test::make_scope("192.0.2.1/32"));
  rig.net.host("192.0.2.1").others.kind = PortKind::silent;
  Found found;
  const auto swept = run(rig, Grid(rig.scope, "U:53,U:123,U:161,U:5060,U:40000"), found);
  const auto& attempts = rig.net.traffic().attempts;
  for (std::size_t i = 1; i < attempts.size(); ++i) {
    CHECK(attempts[i].at - attempts[i - 1].at >= 500ms);
  }
  CHECK(rig.net.attempts_at("192.0.2.1", 40000) == 0);
  CHECK(swept.progress.not_asked == 1);
  CHECK(swept.outcomes.at("192.0.2.1") == HostOutcome::skipped);
  const auto askable = probe::askable(net::parse_ports("22,U:53,U:40000,U:47808").value());
  CHECK(askable.to_string() == net::parse_ports("22,U:53").value().to_string());
}

namespace {
Awaitable<void> run_confirm(Rig& rig, std::vector<targets::ApprovedTarget> endpoints,
                            std::vector<model::PortResult>& results) {
  auto confirmed = co_await probe::confirm(rig.pacer, std::move(endpoints));
  results = std::move(confirmed.value());
}
}  // namespace

// A clock that stands still between two readings hides it: a position parked for a moment that
// comes between the walk's look at the car park and its taking from it was judged a second time.
TEST_CASE("a parked probe is not judged twice while the clock runs on") {
  Rig rig(test::make_scope(test::ScopeText{{"192.0.2.0/27"}, {}, 0, 0, 4, ""}));
  // The fault made the sweep endless; the test is not to be so. It takes well under a minute.
  const auto late = rig.net.virtual_clock().steady() + 10min;
  rig.net.set_creep(500us, [&](SteadyTime now) { rig.stop = rig.stop || now > late; });
  const Grid source(rig.scope, "1-48");
  Found found;

  const auto swept = run(rig, source, found);

  CHECK_FALSE(rig.stop);
  CHECK(swept.ok);
  CHECK(found.twice == 0);
  CHECK(found.results.size() == source.size());
  CHECK(found.count(Verdict::filtered) == source.size());
}

TEST_CASE("confirm asks again, a second later, and says what it is now") {
  Rig rig(test::make_scope("192.0.2.0/29"));
  rig.net.listen("192.0.2.1", 22, test::peers::silent());
  rig.net.host("192.0.2.2");
  std::vector<model::PortResult> results;
  const auto begun = rig.net.virtual_clock().steady();
  rig.net.spawn(run_confirm(
      rig, {rig.target("192.0.2.1", 22), rig.target("192.0.2.2", 22), rig.target("192.0.2.3", 22)},
      results));
  REQUIRE(rig.net.run());
  REQUIRE(results.size() == 3);
  CHECK(rig.net.traffic().attempts.front().at - begun >= 1s);
  std::map<std::string, Verdict> now;
  for (const auto& result : results) now[result.at.ip.to_string()] = result.verdict;
  CHECK(now["192.0.2.1"] == Verdict::open);
  CHECK(now["192.0.2.2"] == Verdict::closed);
  CHECK(now["192.0.2.3"] == Verdict::filtered);
}
