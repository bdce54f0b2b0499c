// canary — hosts that say open where nobody listens.
#include "qingdan/probe/canary.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "support/lib/rig.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::Verdict;
using probe::CanaryFindings;
using probe::InterviewReport;
using test::Rig;
namespace peers = qingdan::test::peers;

namespace {

constexpr std::string_view kHost = "192.0.2.1";
constexpr std::array<std::uint16_t, 3> kCanaries{48701, 48800, 48999};

struct Bench {
  Bench() : rig(test::make_scope("192.0.2.0/24")) { rig.net.host(kHost); }
  void open_everything(test::MakePeer peer) {
    rig.net.host(kHost).others = {test::PortKind::open, std::move(peer), {}};
  }
  CanaryFindings ask() {
    return rig.net.await(
        probe::ask_canaries(rig.pacer, *tls, net::parse_address(kHost).value(), kCanaries, {}));
  }
  InterviewReport interview(std::uint16_t port) {
    probe::Subject subject{rig.target(kHost, port), 2ms, ""};
    return rig.net.await(probe::interview(rig.pacer, *tls, std::move(subject), {}));
  }
  Rig rig;
  probe::TlsContextPtr tls{std::move(probe::open_tls_context()).value()};
};

}  // namespace

TEST_CASE("canaries are three different ports of the band, outside the list") {
  Rng rng(3);
  auto asked = net::parse_ports("48700-48990").value();
  std::set<std::uint16_t> seen;
  for (int i = 0; i < 500; ++i) {
    const auto ports = probe::choose_canaries(rng, asked);
    CHECK(std::set<std::uint16_t>(ports.begin(), ports.end()).size() == 3);
    for (const auto port : ports) {
      CHECK(port > 48990);
      CHECK(port <= probe::kCanaryLast);
      seen.insert(port);
    }
  }
  CHECK(seen.size() == 9);
  const auto all = probe::choose_canaries(rng, net::parse_ports("all").value());
  CHECK(all[0] >= probe::kCanaryFirst);
}

TEST_CASE("an ordinary host refuses its canaries, and its verdicts stand") {
  Bench bench;
  bench.rig.net.listen(kHost, 22, peers::greets("SSH-2.0-x\r\n"));
  const auto found = bench.ask();
  CHECK(found.asked == 3);
  CHECK(found.open == 0);
  CHECK_FALSE(found.suspect());
  CHECK(found.complete);
  CHECK(bench.rig.net.traffic().attempts.size() == 3);
  CHECK(judge(bench.interview(22), found) == Verdict::open_verified);
}

TEST_CASE("two answers have one shape if they differ in dates and numbers only") {
  const auto said = [](std::string_view text) {
    InterviewReport report;
    model::Observation seen;
    seen.channel = "http.response";
    seen.raw = to_bytes(text);
    report.observations.push_back(std::move(seen));
    return probe::shape_of(report);
  };
  CHECK(said("Date: today\r\nServer: nginx/1.2") == said("Date: then\r\nServer: nginx/1.30"));
  CHECK(said("Server: nginx") != said("Server: apache"));
  CHECK(said("x") != 0);
  CHECK(probe::shape_of(InterviewReport()) == 0);
}

TEST_CASE("one open canary alone condemns nobody") {
  Bench bench;
  bench.rig.net.listen(kHost, kCanaries[1], peers::silent());
  CHECK_FALSE(bench.ask().suspect());
}

TEST_CASE("behind a proxy that accepts everything only what speaks counts") {
  Bench bench;
  bench.open_everything(peers::silent());
  bench.rig.net.listen(kHost, 22, peers::greets("SSH-2.0-OpenSSH_9.2\r\n"));
  const auto found = bench.ask();
  CHECK(found.suspect());
  CHECK_FALSE(found.fabricates);
  CHECK(judge(bench.interview(22), found) == Verdict::open_verified);
  CHECK(judge(bench.interview(3306), found) == Verdict::suspect_proxy);
  CHECK(judge(bench.interview(9100), found) == Verdict::suspect_proxy);
}

TEST_CASE("a proxy's own page is not a service, whatever its date and length") {
  Bench bench;
  int dates = 0;
  bench.open_everything([&dates] {
    return peers::web("blocked", "Server: waf\r\nDate: Mon, 0" + std::to_string(++dates % 10) +
                                     " Jan 2026 00:00:00 GMT\r\n")();
  });
  bench.rig.net.listen(kHost, 80, peers::web("<title>real</title>", "Server: nginx\r\n"));
  const auto found = bench.ask();
  CHECK(found.suspect());
  CHECK_FALSE(found.fabricates);
  CHECK(judge(bench.interview(80), found) == Verdict::open_verified);
  CHECK(judge(bench.interview(8080), found) == Verdict::suspect_proxy);
}

TEST_CASE("a host that makes up a greeting per port proves nothing with any") {
  Bench bench;
  int ports = 0;
  const std::array<std::string, 3> lies{"SSH-2.0-OpenSSH_9.2\r\n", "+OK POP3 ready\r\n",
                                        "RFB 003.008\n"};
  std::map<std::uint16_t, std::string> said;
  for (const auto port : kCanaries) {
    bench.rig.net.listen(kHost, port, peers::greets(lies.at(static_cast<std::size_t>(ports++))));
  }
  bench.rig.net.listen(kHost, 22, peers::greets("SSH-2.0-OpenSSH_8.0\r\n"));
  const auto found = bench.ask();
  CHECK(found.fabricates);
  CHECK(judge(bench.interview(22), found) == Verdict::suspect_proxy);
}

TEST_CASE("a tarpit stays a tarpit, a closed port closed") {
  CanaryFindings found;
  found.open = 3;
  InterviewReport report;
  report.verdict = Verdict::tarpit;
  CHECK(judge(report, found) == Verdict::tarpit);
  report.verdict = Verdict::closed;
  CHECK(judge(report, found) == Verdict::closed);
}

TEST_CASE("a stop leaves the canaries incomplete") {
  Bench bench;
  bench.rig.stop = true;
  const auto found = bench.ask();
  CHECK_FALSE(found.complete);
  CHECK(bench.rig.net.traffic().attempts.empty());
}
