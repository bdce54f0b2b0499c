// sim_actors_prop — the boxes that fool scanners do in the simulated world what they do in others.
#include <catch2/catch.hpp>
#include <set>

#include "sim_bench.h"

using namespace qingdan;
using namespace std::chrono_literals;
using test::SimBench;
namespace actors = test::actors;

namespace {

net::Prefix prefix(std::string_view text) { return net::parse_prefix(text).value(); }

// Of the addresses .1 to .20 asked on port 80: how many accept, how many refuse.
struct Count {
  int accept{0}, refuse{0};
  std::set<int> windows, hop_limits;
};
Count ask_all(SimBench& bench, std::uint16_t port = 80) {
  for (int i = 1; i <= 20; ++i) bench.syn("192.0.2." + std::to_string(i), port);
  Count count;
  for (const auto& one : bench.heard()) {
    const bool reset = (one.packet.flags & net::kRst) != 0;
    ++(reset ? count.refuse : count.accept);
    if (reset) continue;
    count.windows.insert(one.packet.window);
    count.hop_limits.insert(one.packet.hop_limit);
  }
  return count;
}

struct Two : SimBench {  // .5 and .6 live; .5 has a web server
  Two() : SimBench(test::make_scope("192.0.2.0/24")) {
    rig.net.listen("192.0.2.5", 80, test::peers::web("<title>x</title>"));
    rig.sim.host("192.0.2.6");
  }
};

Awaitable<std::string> first_words(probe::Dialer& dialer, targets::ApprovedTarget target) {
  const Deadline by{dialer.clock().steady() + 2s};
  auto connection = co_await dialer.dial(target, by);
  if (!connection.connected()) co_return "not connected";
  auto request = to_bytes("GET / HTTP/1.0\r\n\r\n");
  const bool written = co_await connection.write(std::move(request), by);
  if (!written) co_return "reset";
  const auto read = co_await connection.read(by);
  if (read.outcome == probe::ReadOutcome::reset) co_return "reset";
  co_return std::string(as_text(read.bytes));
}

std::string said_by(SimBench& bench, std::string_view ip, std::uint16_t port) {
  return bench.rig.net.await(first_words(bench.rig.dialer, bench.rig.target(ip, port)));
}

}  // namespace

TEST_CASE("a SYN proxy accepts for all, with window 0, one TTL, and too soon") {
  Two bench;
  bench.rig.sim.add(actors::syn_proxy(prefix("192.0.2.0/24")));
  const auto before = bench.rig.net.clock().steady();
  const auto seen = ask_all(bench, 47'000);
  CHECK(seen.accept == 20);
  CHECK(seen.windows == std::set<int>{0});
  CHECK(seen.hop_limits == std::set<int>{254});
  CHECK(bench.rig.net.clock().steady() - before < 2ms);
  CHECK(said_by(bench, "192.0.2.5", 80).starts_with("HTTP/1."));
  CHECK(said_by(bench, "192.0.2.5", 81) == "reset");
  CHECK(said_by(bench, "192.0.2.9", 80).empty());
}

TEST_CASE("a firewall that accepts everything looks like the hosts and says nothing") {
  const bool dead_too = GENERATE(true, false);
  Two bench;
  bench.rig.sim.add(actors::open_firewall(prefix("192.0.2.0/24"), dead_too));
  const auto seen = ask_all(bench);
  CHECK(seen.accept == (dead_too ? 20 : 2));
  CHECK(seen.windows == std::set<int>{64240});
  CHECK(said_by(bench, "192.0.2.5", 80).empty());
}

TEST_CASE("a tarpit accepts for the dead with a tiny window and holds on") {
  Two bench;
  bench.rig.sim.add(actors::tarpit(prefix("192.0.2.8/29")));
  const auto seen = ask_all(bench);
  CHECK(seen.accept == 8 + 1);
  CHECK(seen.windows == std::set<int>{3, 64240});
  CHECK(said_by(bench, "192.0.2.9", 80).empty());
}

TEST_CASE("a box resets for addresses where nobody lives") {
  Two bench;
  bench.rig.sim.add(actors::resets_for_dead(prefix("192.0.2.0/28")));
  const auto seen = ask_all(bench);
  CHECK(seen.accept == 1);
  CHECK(seen.refuse == 14 + 0);
}

TEST_CASE("a full table of flows drops new ones until the old are 30 s old") {
  Two bench;
  auto table = std::make_unique<actors::NatTable>(prefix("192.0.2.0/24"), 10);
  auto& nat = *table;
  bench.rig.sim.add(std::move(table));
  for (std::uint16_t port = 1; port <= 30; ++port) bench.syn("192.0.2.6", port);
  CHECK(bench.heard().size() == 10);
  CHECK(nat.dropped() == 20);
  bench.syn("192.0.2.6", 5);  // known flow
  bench.syn("192.0.2.6", 25);
  CHECK(bench.heard().size() == 1);
  bench.wait(31s);
  bench.syn("192.0.2.6", 25);
  CHECK(bench.heard().size() == 1);
  CHECK(nat.most_held() == 10);
}
