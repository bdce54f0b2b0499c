// guard — who is stopped, who is not, and what is kept of it.
#include "qingdan/probe/guard.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "qingdan/base/rng.h"

using namespace qingdan;
using namespace std::chrono_literals;
using probe::Guard;
using probe::Ruling;

namespace {

constexpr net::TransportPort kWeb{net::Transport::tcp, 80};
constexpr net::TransportPort kDead{net::Transport::tcp, 81};

net::Address ip(std::string_view text) { return net::parse_address(text).value(); }

// Plays the part of those who probe: what is sent, what answers, and the sentinel's questions.
struct Play {
  void probe(std::string_view who, bool answers, net::TransportPort port = kDead) {
    guard.on_sent(ip(who), port, "", now);
    if (answers) {
      guard.on_answer(ip(who), port, false, now);
    } else {
      guard.on_silence(ip(who), now);
    }
    now += 100ms;
  }
  void meet(std::string_view who) {
    guard.on_sent(ip(who), kWeb, "", now);
    guard.on_answer(ip(who), kWeb, true, now);
    for (int i = 0; i < 10; ++i) probe(who, true);
  }
  // `lives` says who answers; until nobody is suspected, at most `most`.
  template <class Lives>
  void check(Lives lives, std::chrono::seconds most = 600s) {
    const auto until = now + most;
    while (guard.suspects() != 0 && now < until) {
      auto checks = guard.take_checks(now);
      // All are asked at once; who lives answers first.
      std::stable_partition(checks.begin(), checks.end(),
                            [&](const auto& check) { return check.control; });
      const auto asked = now;
      for (const auto& check : checks) ask(check, lives(check.ip), asked);
      now += 100ms;
    }
  }
  void ask(const probe::SentinelCheck& check, bool answers, SteadyTime asked) {
    ++questions;
    now += answers ? 2ms : 3000ms;
    if (answers) guard.on_heard(check.ip, now);
    if (!check.control) guard.on_check(check.ip, answers, asked, now);
  }
  Guard guard;
  SteadyTime now{1h};
  int questions{0};
};

}  // namespace

TEST_CASE("a host that dies under our probes is stopped, with the probes that came before") {
  Play play;
  play.meet("192.0.2.1");
  play.meet("192.0.2.2");
  play.guard.on_sent(ip("192.0.2.1"), kWeb, "http", play.now);
  for (int i = 0; i < 3; ++i) play.probe("192.0.2.1", false);
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::hold);
  CHECK(play.guard.ruling(ip("192.0.2.2")) == Ruling::free);

  const auto begun = play.now;
  play.check([](const auto& who) { return who == ip("192.0.2.2"); });

  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::host);
  CHECK(play.guard.ruling(ip("192.0.2.2")) == Ruling::free);
  CHECK(play.now - begun >= 2s);
  const auto trips = play.guard.take_trips();
  REQUIRE(trips.size() == 1);
  CHECK(trips[0].ip == ip("192.0.2.1"));
  CHECK(trips[0].probes.size() == 14);  // the first one made it known
  CHECK(trips[0].probes[10].what == "http");
  CHECK(trips[0].probes[10].at <= trips[0].first_silent);
  CHECK(trips[0].first_silent - trips[0].last_heard <= 30s);
  CHECK_FALSE(trips[0].stops_block);
  CHECK_FALSE(trips[0].path);
  CHECK(play.guard.take_trips().empty());
}

TEST_CASE("sixteen probes are kept, the latest") {
  Play play;
  for (int i = 0; i < 20; ++i) play.meet("192.0.2.1");
  for (int i = 0; i < 40; ++i) play.probe("192.0.2.1", false);
  play.check([](const auto&) { return false; });
  const auto trips = play.guard.take_trips();
  REQUIRE(trips.size() == 1);
  REQUIRE(trips[0].probes.size() == Guard::kKept);
  CHECK(trips[0].probes.back().at - trips[0].probes.front().at == 1500ms);
}

TEST_CASE("two hosts of a block stop the block, five of the run stop the run") {
  Play play;
  const std::vector<std::string> victims{"192.0.2.1", "192.0.2.2", "198.51.100.1", "203.0.113.1",
                                         "203.0.113.2"};
  for (const auto& victim : victims) play.meet(victim);
  play.meet("198.51.100.99");
  std::vector<probe::Trip> trips;
  for (const auto& victim : victims) {
    for (int i = 0; i < 3; ++i) play.probe("198.51.100.99", true);
    play.meet(victim);
    for (int i = 0; i < 3; ++i) play.probe(victim, false);
    play.check([](const auto& who) { return who == ip("198.51.100.99"); });
    for (auto& trip : play.guard.take_trips()) trips.push_back(trip);
  }
  REQUIRE(trips.size() == 5);
  CHECK_FALSE(trips[0].stops_block);
  CHECK(trips[1].stops_block);
  CHECK_FALSE(trips[2].stops_block);
  CHECK(trips[4].stops_block);
  CHECK(trips[4].stops_run);
  CHECK_FALSE(trips[3].stops_run);
  CHECK(play.guard.run_stopped());
  CHECK(play.guard.ruling(ip("192.0.2.77")) == Ruling::run);
}

TEST_CASE("a stopped block is stopped for addresses that never answered too") {
  Play play;
  play.meet("198.51.100.99");
  for (const auto* victim : {"192.0.2.1", "192.0.2.2"}) {
    play.meet(victim);
    for (int i = 0; i < 3; ++i) play.probe(victim, false);
    play.check([](const auto& who) { return who == ip("198.51.100.99"); });
  }
  CHECK(play.guard.ruling(ip("192.0.2.77")) == Ruling::block);
  CHECK(play.guard.ruling(ip("198.51.100.7")) == Ruling::free);
}

TEST_CASE("five per cent loss each way stops nobody") {
  Play play;
  Rng rng(7);
  const auto passes = [&] { return rng.below(10'000) < 9025; };  // there and back
  // A handshake of the sentinel is repeated by the kernel once before it is given up.
  const auto lives = [&](const auto&) { return passes() || passes(); };
  for (int host = 0; host < 100; ++host) {
    const auto who = "192.0.2." + std::to_string(host);
    play.guard.on_answer(ip(who), kWeb, true, play.now);
    for (int i = 0; i < 1000; ++i) {
      play.probe(who, passes());
      if (play.guard.suspects() != 0) play.check(lives);
    }
  }
  CHECK(play.guard.take_trips().empty());
  CHECK(play.guard.suspects() == 0);
  CHECK(play.questions < 1000);  // against 100 000 probes
}

TEST_CASE("a filtered host, silent on nearly all ports, is hardly ever asked") {
  Play play;
  int lives = 0;
  play.guard.on_answer(ip("192.0.2.1"), kWeb, true, play.now);
  for (int i = 0; i < 5000; ++i) {
    play.probe("192.0.2.1", i % 500 == 250);
    play.check([&](const auto&) { return ++lives > 0; });
  }
  CHECK(play.guard.take_trips().empty());
  CHECK(play.questions < 25);
}

TEST_CASE("a dead path is no dead host; a path that stays dead stops the run") {
  Play play;
  for (int i = 1; i <= 20; ++i) play.meet("192.0.2." + std::to_string(i));
  for (int i = 1; i <= 20; ++i) {
    for (int n = 0; n < 3; ++n) play.probe("192.0.2." + std::to_string(i), false);
  }
  const auto outage = play.now;
  SECTION("it comes back after two minutes") {
    play.check([&](const auto&) { return play.now - outage > 2min; });
    CHECK(play.guard.take_trips().empty());
    CHECK(play.guard.suspects() == 0);
  }
  SECTION("it does not") {
    play.check([](const auto&) { return false; }, 1h);
    const auto trips = play.guard.take_trips();
    REQUIRE_FALSE(trips.empty());
    CHECK(trips[0].path);
    CHECK(trips[0].stops_run);
    CHECK(play.guard.run_stopped());
    CHECK(play.now - outage >= 5min);
  }
}

TEST_CASE("a host that went while nobody asked it is gone, and not our doing") {
  Play play;
  play.meet("192.0.2.1");
  play.meet("192.0.2.2");
  play.now += 10min;
  play.guard.on_surprise(ip("192.0.2.1"), play.now);
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::hold);
  play.check([](const auto& who) { return who == ip("192.0.2.2"); });
  CHECK(play.guard.take_trips().empty());
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::free);
  // Back again, it is watched as before.
  play.meet("192.0.2.1");
  play.guard.on_surprise(ip("192.0.2.1"), play.now);
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::hold);
}

TEST_CASE(
    "open and refusing port are asked in turn, so one service that shuts us out is no death") {
  Play play;
  play.meet("192.0.2.1");
  play.meet("192.0.2.2");
  play.guard.on_surprise(ip("192.0.2.1"), play.now);
  std::vector<std::uint16_t> asked;
  for (int i = 0; i < 400 && play.guard.suspects() != 0; ++i, play.now += 100ms) {
    for (const auto& check : play.guard.take_checks(play.now)) {
      if (check.control) {
        play.ask(check, true, play.now);
        continue;
      }
      asked.push_back(check.port.port);
      play.guard.on_heard(ip("192.0.2.2"), play.now);
      play.ask(check, check.port.port == kDead.port, play.now);
    }
  }
  CHECK(asked == std::vector<std::uint16_t>{kWeb.port, kDead.port});
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::free);
}

TEST_CASE("a host without a sentinel, or that never answered, is never judged") {
  Play play;
  for (int i = 0; i < 100; ++i) play.probe("192.0.2.1", false);
  play.guard.on_surprise(ip("192.0.2.1"), play.now);
  play.guard.on_heard(ip("192.0.2.2"), play.now);  // by a datagram only
  play.guard.on_surprise(ip("192.0.2.2"), play.now);
  CHECK(play.guard.suspects() == 0);
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::free);
}

TEST_CASE("quiet conversations lead to a question now and then, not each") {
  Play play;
  play.meet("192.0.2.1");
  for (int i = 0; i < 20; ++i) {
    play.guard.on_quiet(ip("192.0.2.1"), play.now);
    play.check([](const auto&) { return true; });
    play.now += 1s;
  }
  CHECK(play.questions >= 2);
  CHECK(play.questions <= 3);
}

TEST_CASE("G4: what an earlier process stopped stays stopped, and counts for its block") {
  Play play;
  play.guard.keep_stopped(ip("192.0.2.1"), true);
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::host);
  CHECK(play.guard.ruling(ip("192.0.2.2")) == Ruling::free);
  play.guard.on_heard(ip("192.0.2.1"), play.now);
  CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::host);
  play.guard.keep_stopped(ip("192.0.2.1"), true);  // once is enough
  CHECK(play.guard.ruling(ip("192.0.2.2")) == Ruling::free);
  play.guard.keep_stopped(ip("192.0.2.9"), true);
  CHECK(play.guard.ruling(ip("192.0.2.2")) == Ruling::block);
  CHECK(play.guard.ruling(ip("198.51.100.1")) == Ruling::free);
  CHECK(play.guard.take_trips().empty());
}

TEST_CASE("G4: stops before a stop of the whole run count for hosts, not towards the next one") {
  for (const bool counts : {true, false}) {
    Play play;
    for (const auto* who : {"192.0.2.1", "198.51.100.1", "203.0.113.1", "10.0.0.1"}) {
      play.guard.keep_stopped(ip(who), counts);
    }
    play.meet("10.1.0.1");
    play.meet("10.2.0.1");
    for (int i = 0; i < 3; ++i) play.probe("10.1.0.1", false);
    play.check([](const auto& who) { return who == ip("10.2.0.1"); });
    CHECK(play.guard.run_stopped() == counts);  // the fifth
    CHECK(play.guard.stops(ip("10.0.0.1")));
  }
}

TEST_CASE("half-open probes show a dead host within five seconds, however fast they leave") {
  for (const auto gap : {2ms, 25ms, 500ms}) {
    Play play;
    play.meet("192.0.2.1");
    play.meet("192.0.2.2");
    const auto died = play.now;
    while (play.guard.ruling(ip("192.0.2.1")) == Ruling::free && play.now - died < 60s) {
      play.guard.on_sent(ip("192.0.2.1"), kDead, "syn", play.now, true);
      play.now += gap;
    }
    CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::hold);
    CHECK(play.now - died >= 2s);
    CHECK(play.now - died <= 5s);
  }
}

TEST_CASE("half-open: a host that answers one probe in five is never held for its silent ports") {
  Play play;
  play.meet("192.0.2.2");
  play.guard.on_answer(ip("192.0.2.1"), kWeb, true, play.now);
  for (int i = 0; i < 4000; ++i) {
    play.guard.on_sent(ip("192.0.2.1"), kDead, "syn", play.now, true);
    play.now += 25ms;
    if (i % 5 == 0) play.guard.on_answer(ip("192.0.2.1"), kDead, false, play.now);
    CHECK(play.guard.ruling(ip("192.0.2.1")) == Ruling::free);
  }
}
