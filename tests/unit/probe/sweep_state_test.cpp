// sweep_state — marks, round trips, parking.
#include "probe/sweep_state.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace std::chrono_literals;
using probe::Mark;

namespace {
const auto kHost = net::parse_address("192.0.2.1").value();
const auto kNeighbour = net::parse_address("192.0.2.2").value();
const auto kFar = net::parse_address("198.51.100.1").value();
const SteadyTime kNow = SteadyTime{} + 1h;
}  // namespace

TEST_CASE("marks keep two bits per position and do not touch their neighbours") {
  probe::Marks marks(1001);
  for (std::uint64_t i = 0; i < 1001; ++i) marks.set(i, static_cast<Mark>(i % 4));
  marks.set(500, Mark::done);
  marks.set(500, Mark::silent);
  for (std::uint64_t i = 0; i < 1001; ++i) {
    CHECK(marks.at(i) == (i == 500 ? Mark::silent : static_cast<Mark>(i % 4)));
  }
}

TEST_CASE("marks hand out the pages that changed, once, and take them back") {
  const std::uint64_t size = 2 * model::kMarkPagePositions + 10;
  probe::Marks marks(size);
  CHECK(marks.take_changed().empty());
  marks.set(3, Mark::done);
  marks.set(size - 1, Mark::silent);
  const auto pages = marks.take_changed();
  REQUIRE(pages.size() == 2);
  CHECK(pages[0].page == 0);
  CHECK(pages[1].page == 2);
  CHECK(pages[1].marks.size() == model::kMarkPageBytes);
  CHECK(marks.take_changed().empty());
  probe::Marks again(size);
  for (const auto& page : pages) again.load(page);
  CHECK(again.at(3) == Mark::done);
  CHECK(again.at(4) == Mark::untried);
  CHECK(again.at(size - 1) == Mark::silent);
  again.load({99, Bytes(model::kMarkPageBytes, 0xFF)});  // of a larger sweep: nothing of ours
}

TEST_CASE("what was deferred is taken once, and its first is known") {
  probe::Deferred deferred;
  CHECK(deferred.empty());
  CHECK_FALSE(deferred.take(5));
  deferred.set(70, 100);
  deferred.set(5, 100);
  CHECK(deferred.first() == 5);
  CHECK(deferred.take(70));
  CHECK_FALSE(deferred.take(70));
  CHECK(deferred.take(5));
  CHECK(deferred.empty());
}

TEST_CASE("the host table tells what changed and takes it back") {
  const probe::SweepSettings settings;
  probe::Hosts hosts(settings);
  hosts.on_answer(kHost, 2, 1ms);
  hosts.on_answer(kHost, 1, 1ms);
  hosts.on_unreachable(kFar);
  const auto changed = hosts.take_changed();
  REQUIRE(changed.size() == 2);
  CHECK(changed[0] == model::HostMark{kHost, true, false, 2});
  CHECK(changed[1] == model::HostMark{kFar, false, true, 0});
  CHECK(hosts.take_changed().empty());
  probe::Hosts again(settings);
  for (const auto& mark : changed) again.restore(mark);
  CHECK(again.tries(kHost) == hosts.tries(kHost));
  CHECK(again.outcome(kFar, 0) == model::HostOutcome::unreachable);
}

TEST_CASE("an unknown host gets the first timeout, a heard one its own, within the clamps") {
  const probe::SweepSettings settings;
  probe::Hosts hosts(settings);
  CHECK(hosts.timeout(kHost, 1) == settings.first_timeout);
  hosts.on_answer(kHost, 1, 1ms);
  CHECK(hosts.timeout(kHost, 1) == settings.least_timeout);
  for (int i = 0; i < 50; ++i) hosts.on_answer(kHost, 1, 2s);
  CHECK(hosts.timeout(kHost, 1) > 1900ms);
  CHECK(hosts.timeout(kHost, 4) == settings.most_timeout);
}

TEST_CASE("the block is a prior for the first try of a host never heard, not for the second") {
  const probe::SweepSettings settings;
  probe::Hosts hosts(settings);
  hosts.on_answer(kHost, 1, 1ms);
  CHECK(hosts.timeout(kNeighbour, 1) < settings.first_timeout);
  CHECK(hosts.timeout(kNeighbour, 2) == settings.first_timeout);
  CHECK(hosts.timeout(kFar, 1) == settings.first_timeout);
}

TEST_CASE("a host heard only on a later try earns more tries, a dead one does not") {
  probe::SweepSettings settings;
  probe::Hosts hosts(settings);
  CHECK(hosts.tries(kHost) == 2);
  hosts.on_answer(kHost, 1, 1ms);
  CHECK(hosts.tries(kHost) == 2);
  hosts.on_answer(kHost, 2, 1ms);
  CHECK(hosts.tries(kHost) == 3);
  CHECK(hosts.tries(kNeighbour) == 2);
  hosts.on_answer(kNeighbour, 1, 1ms);
  CHECK(hosts.tries(kNeighbour) == 3);
  hosts.on_answer(kHost, 9, 1ms);
  CHECK(hosts.tries(kHost) == 1 + settings.lossy_retries);
}

TEST_CASE("a try that draws much out of living hosts earns another one everywhere") {
  probe::SweepSettings settings;
  probe::Hosts hosts(settings);
  hosts.on_answer(kHost, 1, 1ms);
  hosts.on_answer(kFar, 1, 1ms);
  for (int i = 0; i < 100; ++i) hosts.on_asked_again(kHost, 2);
  CHECK(hosts.tries(kFar) == 2);
  for (int i = 0; i < 4; ++i) hosts.on_answer(kHost, 2, 1ms);
  CHECK(hosts.tries(kFar) == 2);  // one site's losses are its own
  hosts.on_answer(kHost, 2, 1ms);
  CHECK(hosts.tries(kFar) == 3);
  CHECK(hosts.tries(kNeighbour) == 2);  // nobody there
}

TEST_CASE("an address is skipped until every port of it has a verdict") {
  const probe::SweepSettings settings;
  probe::Hosts hosts(settings);
  CHECK(hosts.outcome(kHost, 2) == model::HostOutcome::skipped);
  hosts.of(kHost).done = 1;
  hosts.of(kHost).answered = true;
  CHECK(hosts.outcome(kHost, 2) == model::HostOutcome::skipped);
  hosts.of(kHost).done = 2;
  CHECK(hosts.outcome(kHost, 2) == model::HostOutcome::answered);
  hosts.of(kHost).answered = false;
  CHECK(hosts.outcome(kHost, 2) == model::HostOutcome::silent);
  hosts.of(kHost).unreachable = true;
  CHECK(hosts.outcome(kHost, 2) == model::HostOutcome::unreachable);
}

TEST_CASE("parked positions of one host leave one at a time, others in order of time") {
  probe::Parking parking;
  parking.park(kHost, 1, kNow + 20ms);
  parking.park(kHost, 2, kNow + 5ms);  // follows in the host's turn
  parking.park(kFar, 3, kNow + 10ms);
  CHECK(parking.size() == 3);
  CHECK_FALSE(parking.take(kNow).has_value());
  CHECK(parking.next() == kNow + 10ms);
  CHECK(parking.take(kNow + 30ms) == 3U);
  CHECK(parking.take(kNow + 30ms) == 1U);
  CHECK_FALSE(parking.take(kNow + 30ms).has_value());  // the host sleeps …
  parking.again(kHost, kNow + 40ms);                   // … until told
  CHECK_FALSE(parking.take(kNow + 30ms).has_value());
  CHECK(parking.take(kNow + 40ms) == 2U);
  CHECK(parking.size() == 0);
  parking.again(kHost, kNow);
  CHECK_FALSE(parking.next().has_value());
}
