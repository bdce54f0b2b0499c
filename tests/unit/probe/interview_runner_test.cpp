// interview_runner — many interviews under two caps.
#include "qingdan/probe/interview_runner.h"

#include <catch2/catch.hpp>
#include <map>

#include "support/lib/rig.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::Verdict;
using test::Rig;
namespace peers = qingdan::test::peers;

namespace {

struct Bench {
  explicit Bench(probe::RunnerSettings settings = {})
      : rig(test::make_scope("192.0.2.0/24")), runner(rig.pacer, *tls, collect(), settings) {}
  probe::InterviewRunner::OnReport collect() {
    return [this](probe::InterviewReport report) { reports.push_back(std::move(report)); };
  }
  void submit(std::string_view ip, std::uint16_t port) {
    runner.submit({rig.target(ip, port), 2ms, ""});
  }
  bool run() {
    rig.net.spawn(go(*this));
    return rig.net.run();
  }
  static Awaitable<void> go(Bench& bench) {
    auto ended = co_await bench.runner.run();
    bench.ok = ended.has_value();
    bench.ended = true;
  }

  Rig rig;
  probe::TlsContextPtr tls{std::move(probe::open_tls_context()).value()};
  std::vector<probe::InterviewReport> reports;
  probe::InterviewRunner runner;
  bool ok{false};
  bool ended{false};
};

}  // namespace

TEST_CASE("never more than four connections to one host, while hosts overlap") {
  Bench bench;
  for (const auto* ip : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
    for (std::uint16_t port = 40000; port < 40020; ++port) {
      bench.rig.net.listen(ip, port, peers::silent());
      bench.submit(ip, port);
    }
  }
  bench.runner.finish();
  REQUIRE(bench.run());
  CHECK(bench.ok);
  CHECK(bench.reports.size() == 60);
  for (const auto& [ip, most] : bench.rig.net.traffic().most_open_at) CHECK(most == 4);
  CHECK(bench.rig.net.traffic().most_open > 4);
  CHECK(bench.rig.net.traffic().open == 0);
  const auto progress = bench.runner.progress();
  CHECK(progress.submitted == 60);
  CHECK(progress.finished == 60);
  CHECK(progress.running == 0);
  CHECK(progress.connections >= 60);
}

TEST_CASE("the cap over all holds, and each subject is reported once") {
  probe::RunnerSettings settings;
  settings.at_once = 3;
  Bench bench(settings);
  for (int host = 1; host < 30; ++host) {
    const auto ip = "192.0.2." + std::to_string(host);
    bench.rig.net.listen(ip, 22, peers::greets("SSH-2.0-x\r\n"));
    bench.submit(ip, 22);
  }
  bench.runner.finish();
  REQUIRE(bench.run());
  CHECK(bench.rig.net.traffic().most_open <= 3);
  std::map<net::Address, int> times;
  for (const auto& report : bench.reports) ++times[report.at.ip];
  CHECK(times.size() == 29);
  for (const auto& [ip, count] : times) CHECK(count == 1);
}

TEST_CASE("submitting while it runs is fine; it ends only after finish") {
  Bench bench;
  bench.rig.net.listen("192.0.2.1", 22, peers::greets("SSH-2.0-x\r\n"));
  bench.rig.net.spawn(Bench::go(bench));
  CHECK_FALSE(bench.rig.net.run(5s));
  CHECK_FALSE(bench.ended);
  bench.submit("192.0.2.1", 22);
  CHECK_FALSE(bench.rig.net.run(20s));
  CHECK(bench.reports.size() == 1);
  bench.runner.finish();
  REQUIRE(bench.rig.net.run());
  CHECK(bench.ended);
}

TEST_CASE("a stop reports the rest as not complete, at once") {
  Bench bench;
  for (std::uint16_t port = 40000; port < 40050; ++port) {
    bench.rig.net.listen("192.0.2.1", port, peers::silent());
    bench.submit("192.0.2.1", port);
  }
  bench.rig.net.spawn(Bench::go(bench));
  CHECK_FALSE(bench.rig.net.run(1s));
  const auto stopped = bench.rig.net.virtual_clock().steady();
  bench.rig.stop = true;
  CHECK_FALSE(bench.rig.net.run(1s));
  CHECK(bench.reports.size() == 50);
  // Found open just before the stop, handed over after it.
  bench.submit("192.0.2.1", 40050);
  bench.runner.finish();
  REQUIRE(bench.rig.net.run());
  CHECK(bench.rig.net.virtual_clock().steady() - stopped <= 2s);
  CHECK(bench.reports.size() == 51);
  for (const auto& report : bench.reports) CHECK_FALSE(report.complete);
  CHECK(bench.rig.net.traffic().open == 0);
}

TEST_CASE("hostile hosts do not hold up the polite ones") {
  Bench bench;
  for (std::uint16_t port = 40000; port < 40040; ++port) {
    bench.rig.net.listen("192.0.2.66", port, peers::trickles("x", 1s));
    bench.submit("192.0.2.66", port);
  }
  bench.rig.net.listen("192.0.2.1", 80, peers::web("<title>t</title>"));
  bench.submit("192.0.2.1", 80);
  bench.runner.finish();
  REQUIRE(bench.run());
  CHECK(bench.reports.front().at.port == 80);
  int tarpits = 0;
  for (const auto& report : bench.reports) tarpits += report.verdict == Verdict::tarpit ? 1 : 0;
  CHECK(tarpits == 40);
}

TEST_CASE("what a report leads to may be submitted while it is told, after the end too") {
  Rig rig(test::make_scope("192.0.2.0/24"));
  const auto tls = std::move(probe::open_tls_context()).value();
  rig.net.listen("192.0.2.1", 80, peers::web("<title>t</title>"));
  std::vector<std::string> names;
  probe::InterviewRunner* running = nullptr;
  probe::InterviewRunner runner(rig.pacer, *tls, [&](probe::InterviewReport report) {
    names.push_back(report.vhost);
    if (!report.vhost.empty()) return;
    running->submit(
        {rig.target("192.0.2.1", 80), -1ns, "www.example.cn", false, probe::Subject::Web::plain});
  });
  running = &runner;
  runner.submit({rig.target("192.0.2.1", 80), 2ms, ""});
  runner.finish();
  auto ended = rig.net.await(runner.run());
  CHECK(ended.has_value());
  CHECK(names == std::vector<std::string>{"", "www.example.cn"});
  CHECK(rig.net.payload("192.0.2.1", 80).find("Host: www.example.cn\r\n") != std::string::npos);
  CHECK(runner.progress().submitted == 2);
}
