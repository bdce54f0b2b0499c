// reset_ration — who rations what he refuses, who does not, and how slowly he is asked then.
#include "probe/reset_ration.h"

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"

using namespace qingdan;
using namespace std::chrono_literals;
using probe::ResetRations;

namespace {

const auto kHost = net::parse_address("192.0.2.1").value();

// `counts[i]` refusals in the i-th second, evenly spread.
void refuse(ResetRations& rations, SteadyTime from, const std::vector<int>& counts) {
  for (std::size_t second = 0; second < counts.size(); ++second) {
    for (int i = 0; i < counts[second]; ++i) {
      rations.on_reset(kHost, from + second * 1s + i * 900ms / counts[second]);
    }
  }
}

}  // namespace

TEST_CASE("R1: the same most in two seconds is a ration, one burst or a growing number is none") {
  ResetRations steady;
  refuse(steady, SteadyTime{1h}, {10, 10, 10});
  CHECK(steady.rations(kHost));
  CHECK(steady.any());
  ResetRations once;
  refuse(once, SteadyTime{1h}, {40, 12, 9, 3});
  CHECK_FALSE(once.rations(kHost));
  ResetRations single;
  refuse(single, SteadyTime{1h}, {1, 1, 1, 1});
  CHECK_FALSE(single.rations(kHost));
  CHECK_FALSE(single.any());
}

TEST_CASE("R2: its ports are asked below what it refused in a second") {
  ResetRations rations;
  refuse(rations, SteadyTime{1h}, {10, 10, 10});
  auto now = SteadyTime{2h};
  CHECK(rations.earliest(kHost, now) == now);
  int in_a_second = 0;
  const auto begun = now;
  while (now - begun < 1s) {
    rations.take(kHost, now);
    rations.on_reset(kHost, now + 1ms);
    ++in_a_second;
    now = rations.earliest(kHost, now);
  }
  CHECK(in_a_second == 8);
  CHECK(rations.rations(kHost));
}

TEST_CASE("R3: a host that refuses nothing more is left alone after a few questions") {
  ResetRations rations;
  refuse(rations, SteadyTime{1h}, {10, 10, 10});
  auto now = SteadyTime{2h};
  int asked = 0;
  for (; asked < 1000 && rations.rations(kHost); ++asked) {
    rations.take(kHost, now);
    now = rations.earliest(kHost, now);
  }
  CHECK(asked == 32);
  CHECK_FALSE(rations.any());
  // Once and for all.
  refuse(rations, now + 10s, {10, 10, 10});
  CHECK_FALSE(rations.rations(kHost));
}

TEST_CASE("a host of which half the ports are silent costs a few questions at most") {
  Rng rng(5);
  int taken = 0;
  for (int host = 0; host < 50; ++host) {
    ResetRations rations;
    std::vector<int> counts;
    for (int second = 0; second < 25; ++second) {
      int refused = 0;
      for (int i = 0; i < 40; ++i) refused += rng.below(2) == 0 ? 1 : 0;
      counts.push_back(refused);
    }
    refuse(rations, SteadyTime{1h}, counts);
    auto now = SteadyTime{2h};
    int asked = 0;
    for (; asked < 1000 && rations.rations(kHost); ++asked) {
      rations.take(kHost, now);
      now = rations.earliest(kHost, now);
    }
    CHECK(asked <= 32);
    taken += asked > 0 ? 1 : 0;
  }
  INFO(taken << " of 50 taken for one that rations");
  CHECK(taken < 50);
}
