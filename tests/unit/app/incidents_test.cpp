// incidents — what is told of stopped hosts and of machines in front, and when.
#include "app/incidents.h"

#include <catch2/catch.hpp>

#include "support/lib/scopes.h"

using namespace qingdan;
using namespace std::chrono_literals;

namespace {

net::Address at(int last) { return *net::parse_address("192.0.2." + std::to_string(last)); }
model::Endpoint web(int last) { return {"z", at(last), net::Transport::tcp, 80}; }

struct Bench {
  targets::Scope scope = qingdan::test::make_scope("192.0.2.0/27");
  VirtualClock clock;
  std::set<net::Address> dark;
  app::Incidents incidents{scope, clock, dark};
};

probe::Trip trip(int last, SteadyTime now) {
  probe::Trip made;
  made.ip = at(last);
  made.at = now;
  made.last_heard = now - 20s;
  made.first_silent = now - 12s;
  made.sentinel = {net::Transport::tcp, 443};
  made.probes = {{made.last_heard, {net::Transport::tcp, 80}, "http"},
                 {made.first_silent, {net::Transport::udp, 161}, ""}};
  return made;
}

}  // namespace

TEST_CASE("I1: a stopped host is told once, in the time of the wall", "[app][incidents]") {
  Bench bench;
  bench.clock.advance(60s);
  bench.incidents.on_trip(trip(7, bench.clock.steady()));
  const auto told = bench.incidents.take();
  REQUIRE(told.trips.size() == 1);
  const auto& one = told.trips[0];
  CHECK(one.zone == "z");
  CHECK(one.stopped == "host");
  CHECK(one.at == bench.clock.now());
  CHECK(bench.clock.now() - one.first_silent == 12s);
  REQUIRE(one.probes.size() == 2);
  CHECK(one.probes[0].what == "http");
  CHECK(one.probes[1].what == "datagram");
  CHECK(bench.incidents.take().empty());
  bench.incidents.on_trip(trip(9, bench.clock.steady()));
  CHECK(bench.incidents.take().trips.size() == 1);
  CHECK(bench.incidents.trips().size() == 2);
}

TEST_CASE("I1: what an earlier process told is not told again, but counts", "[app][incidents]") {
  Bench bench;
  model::GuardTrip before;
  before.ip = at(3);
  bench.incidents.restore({before});
  CHECK(bench.incidents.take().empty());
  bench.clock.advance(60s);
  bench.incidents.on_trip(trip(9, bench.clock.steady()));
  CHECK(bench.incidents.take().trips.size() == 1);
  CHECK(bench.incidents.trips().size() == 2);
}

TEST_CASE("I2: a machine in front comes with the verdicts it takes back, and grows",
          "[app][incidents]") {
  Bench bench;
  for (int i = 0; i < 28; ++i) bench.incidents.on_open(web(i), 77);
  CHECK(bench.incidents.take().empty());  // 28 of 32: not yet nine in ten
  bench.incidents.on_open(web(28), 77);
  bench.incidents.on_open(web(31), 5);  // says something of its own
  auto told = bench.incidents.take();
  REQUIRE(told.boxes.size() == 1);
  CHECK(told.boxes[0].block.to_string() == "192.0.2.0/24");
  CHECK(told.boxes[0].asked == 32);
  CHECK(told.boxes[0].answering == 29);
  CHECK(told.masked.size() == 29);
  for (const auto& one : told.masked) {
    CHECK(one.verdict == model::Verdict::suspect_proxy);
    CHECK(one.at != web(31));
  }
  bench.incidents.on_open(web(29), 77);
  told = bench.incidents.take();
  REQUIRE(told.masked.size() == 1);
  CHECK(told.masked[0].at == web(29));
  REQUIRE(told.boxes.size() == 1);
  CHECK(told.boxes[0].answering == 30);
  CHECK(bench.incidents.take().empty());
  CHECK(bench.incidents.middleboxes() == told.boxes);
}

TEST_CASE("I2: dark addresses that light up are a machine in front", "[app][incidents]") {
  Bench bench;
  bench.dark = {at(5), at(6)};
  for (int i = 1; i <= 6; ++i) bench.incidents.on_open(web(i), 77);
  const auto told = bench.incidents.take();
  REQUIRE(told.boxes.size() == 1);
  CHECK(told.boxes[0].dark);
  CHECK(told.masked.size() == 6);
}
