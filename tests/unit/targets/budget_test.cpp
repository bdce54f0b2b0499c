// budget: no cap is exceeded in any second, and nothing is held back without need.
#include "qingdan/targets/budget.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <vector>

#include "qingdan/base/rng.h"

using namespace qingdan;
using namespace qingdan::targets;
using namespace std::chrono_literals;

namespace {

net::Address host(std::uint32_t block, std::uint32_t last) {
  return net::Address::v4(10u << 24 | block << 8 | last);
}

// The most packets in any half-open second.
std::size_t densest_second(const std::vector<SteadyTime>& times) {
  std::size_t most = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    while (times[from] + 1s <= times[i]) ++from;
    most = std::max(most, i - from + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("a greedy sender gets the whole cap and never more", "[targets][budget]") {
  for (const std::uint32_t cap : {1u, 3u, 40u, 400u, 2000u, 30'000u}) {
    Budget budget({.global_pps = cap, .prefix_pps = 0, .host_pps = 0});
    SteadyTime now{5s};
    const auto end = now + 10s;
    std::vector<SteadyTime> sent;
    while (now < end) {
      const auto wait = budget.try_take(host(0, 1), now);
      if (!wait) {
        sent.push_back(now);
        continue;
      }
      REQUIRE(*wait > now);
      now = *wait;
    }
    INFO("cap " << cap);
    CHECK(densest_second(sent) <= cap);
    CHECK(sent.size() + cap / 100 + 1 >= cap * 10u);
  }
}

TEST_CASE("a host found to be fragile is slowed down from then on", "[targets][budget]") {
  for (const std::uint32_t host_pps : {0u, 40u}) {
    Budget budget({.global_pps = 0, .prefix_pps = 0, .host_pps = host_pps, .fragile_pps = 4});
    SteadyTime now{5s};
    for (int i = 0; i < 400; ++i, now += 10ms) {
      if (budget.try_take(host(0, 1), now)) continue;
    }
    std::vector<SteadyTime> sent;
    const auto end = now + 20s;
    while (now < end) {
      const auto wait = budget.try_take(host(0, 1), now, {1, false, true});
      if (!wait) sent.push_back(now);
      now = wait.value_or(now);
    }
    INFO("host_pps " << host_pps);
    CHECK(densest_second(sent) <= 4);
    CHECK(sent.size() >= 72);
    // Others are not.
    if (host_pps == 0) CHECK_FALSE(budget.try_take(host(0, 2), now));
  }
}

TEST_CASE("each level holds under random schedules", "[targets][budget]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Rng rng(seed);
    const Pace pace{.global_pps = static_cast<std::uint32_t>(50 + rng.below(400)),
                    .prefix_pps = static_cast<std::uint32_t>(10 + rng.below(100)),
                    .host_pps = static_cast<std::uint32_t>(1 + rng.below(30))};
    Budget budget(pace);
    SteadyTime now{};
    std::vector<SteadyTime> all;
    std::map<std::uint32_t, std::vector<SteadyTime>> blocks;
    std::map<net::Address, std::vector<SteadyTime>> hosts;
    for (int i = 0; i < 20'000; ++i) {
      // Bursts of wishes, idle stretches, and a suspension now and then.
      if (rng.below(4) == 0) now += std::chrono::microseconds(rng.below(8'000));
      if (rng.below(3000) == 0) now += std::chrono::seconds(rng.below(30));
      const auto block = static_cast<std::uint32_t>(rng.below(6));
      const auto ip = host(block, static_cast<std::uint32_t>(rng.below(5)));
      if (budget.try_take(ip, now)) continue;
      all.push_back(now);
      blocks[block].push_back(now);
      hosts[ip].push_back(now);
    }
    INFO("seed " << seed);
    REQUIRE(all.size() > 1000);
    CHECK(densest_second(all) <= pace.global_pps);
    for (const auto& [block, times] : blocks) CHECK(densest_second(times) <= pace.prefix_pps);
    for (const auto& [ip, times] : hosts) CHECK(densest_second(times) <= pace.host_pps);
  }
}

TEST_CASE("the time it names is the time at which it grants", "[targets][budget]") {
  Rng rng(3);
  Budget budget({.global_pps = 100, .prefix_pps = 30, .host_pps = 7});
  SteadyTime now{};
  for (int i = 0; i < 5000; ++i) {
    const auto ip =
        host(static_cast<std::uint32_t>(rng.below(3)), static_cast<std::uint32_t>(rng.below(4)));
    const auto wait = budget.try_take(ip, now);
    if (!wait) continue;
    REQUIRE(budget.earliest(ip, now) == *wait);
    REQUIRE(budget.earliest(ip, *wait - 1ns) == *wait);
    now = *wait;
    REQUIRE_FALSE(budget.try_take(ip, now).has_value());
  }
}

TEST_CASE("a host gets its packets evenly, and no catch-up after a pause", "[targets][budget]") {
  Budget budget({.global_pps = 0, .prefix_pps = 0, .host_pps = 40});
  SteadyTime now{};
  CHECK_FALSE(budget.try_take(host(0, 1), now).has_value());
  CHECK(budget.try_take(host(0, 1), now) == now + 25ms);
  now += 1h;
  CHECK_FALSE(budget.try_take(host(0, 1), now).has_value());
  CHECK(budget.try_take(host(0, 1), now) == now + 25ms);
}

TEST_CASE("a late sender makes up for a fiftieth of a second only", "[targets][budget]") {
  Budget budget({.global_pps = 1000, .prefix_pps = 0, .host_pps = 0});
  SteadyTime now{};
  int at_once = 0;
  while (!budget.try_take(host(0, 1), now)) ++at_once;
  CHECK(at_once == 20);
  now += 1h;
  at_once = 0;
  while (!budget.try_take(host(0, 1), now)) ++at_once;
  CHECK(at_once == 20);
}

TEST_CASE("a cap of zero holds nothing back", "[targets][budget]") {
  Budget budget({.global_pps = 0, .prefix_pps = 0, .host_pps = 0});
  for (int i = 0; i < 100'000; ++i) {
    REQUIRE_FALSE(budget.try_take(host(0, 1), SteadyTime{}).has_value());
  }
  CHECK(budget.held() == 0);
}

TEST_CASE("a refused level takes nothing from the others", "[targets][budget]") {
  Budget budget({.global_pps = 50, .prefix_pps = 0, .host_pps = 1});
  const SteadyTime now{1s};
  CHECK_FALSE(budget.try_take(host(0, 1), now).has_value());
  for (int i = 0; i < 100; ++i) CHECK(budget.try_take(host(0, 1), now).has_value());
  CHECK_FALSE(budget.try_take(host(0, 2), now + 20ms).has_value());
}

TEST_CASE("an IPv6 /64 is one block", "[targets][budget]") {
  Budget budget({.global_pps = 0, .prefix_pps = 1, .host_pps = 0});
  const SteadyTime now{};
  CHECK_FALSE(budget.try_take(*net::parse_address("2001:db8::1"), now).has_value());
  CHECK(budget.try_take(*net::parse_address("2001:db8::ffff:1"), now) == now + 1s);
  CHECK_FALSE(budget.try_take(*net::parse_address("2001:db8:0:1::1"), now).has_value());
}

TEST_CASE("memory follows the last second, not the scope", "[targets][budget]") {
  Budget budget({.global_pps = 0, .prefix_pps = 400, .host_pps = 40});
  SteadyTime now{};
  std::size_t most = 0;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    now += 1ms;
    if (budget.try_take(host(i % 4096, i / 4096), now)) FAIL("held back at " << i);
    most = std::max(most, budget.held());
  }
  // A second of packets, each of its own host and block, and a second until they are let go.
  CHECK(most <= 2 * 3000);
}

TEST_CASE("a clock that runs backwards loosens nothing", "[targets][budget]") {
  Budget budget({.global_pps = 0, .prefix_pps = 0, .host_pps = 1});
  const SteadyTime now{100s};
  CHECK_FALSE(budget.try_take(host(0, 1), now).has_value());
  CHECK(budget.try_take(host(0, 1), now - 50s) == now + 1s);
}

TEST_CASE("several packets at once count as several", "[targets][budget]") {
  Rng rng(5);
  const Pace pace{.global_pps = 200, .prefix_pps = 90, .host_pps = 40};
  Budget budget(pace);
  SteadyTime now{};
  std::map<net::Address, std::vector<SteadyTime>> hosts;
  std::vector<SteadyTime> all;
  for (int i = 0; i < 20'000; ++i, now += std::chrono::microseconds(rng.below(2'000))) {
    const auto ip =
        host(static_cast<std::uint32_t>(rng.below(3)), static_cast<std::uint32_t>(rng.below(3)));
    const auto packets = static_cast<std::uint32_t>(1 + rng.below(6));
    const auto wait = budget.try_take(ip, now, {.packets = packets});
    if (wait) {
      REQUIRE(*wait > now);
      continue;
    }
    all.insert(all.end(), packets, now);
    hosts[ip].insert(hosts[ip].end(), packets, now);
  }
  CHECK(all.size() > 2000);
  CHECK(densest_second(all) <= pace.global_pps);
  for (const auto& [ip, times] : hosts) CHECK(densest_second(times) <= pace.host_pps);
}

TEST_CASE("with headroom a tenth of the cap stays free for what leaves unasked",
          "[targets][budget]") {
  Budget budget({.global_pps = 0, .prefix_pps = 0, .host_pps = 40});
  SteadyTime now{};
  std::vector<SteadyTime> sent;
  for (int i = 0; i < 20'000; ++i, now += 1ms) {
    if (budget.try_take(host(0, 1), now, {.packets = 2, .headroom = true})) continue;
    sent.insert(sent.end(), 2, now);
  }
  CHECK(densest_second(sent) <= 36);
  const auto before = budget.earliest(host(0, 1), now);
  budget.force(host(0, 1), now, 20);
  CHECK(budget.earliest(host(0, 1), now) > before);
}

TEST_CASE("more than a cap holds is granted as the cap", "[targets][budget]") {
  Budget budget({.global_pps = 0, .prefix_pps = 0, .host_pps = 3});
  SteadyTime now{};
  CHECK_FALSE(budget.try_take(host(0, 1), now, {.packets = 5}));
  const auto wait = budget.try_take(host(0, 1), now, {.packets = 5});
  REQUIRE(wait.has_value());
  CHECK_FALSE(budget.try_take(host(0, 1), *wait, {.packets = 5}));
}

TEST_CASE("what leaves late counts from when it left", "[targets][budget]") {
  Rng rng(11);
  const Pace pace{.global_pps = 300, .prefix_pps = 0, .host_pps = 0};
  Budget budget(pace);
  SteadyTime now{};
  std::vector<SteadyTime> left;
  for (int i = 0; i < 30'000; ++i, now += std::chrono::microseconds(rng.below(3'000))) {
    int granted = 0;
    while (granted < 8 && !budget.try_take(host(0, 1), now)) ++granted;
    if (granted == 0) continue;
    // Now and then the machine is away for a while between the permit and the wire.
    if (rng.below(20) == 0) now += std::chrono::milliseconds(rng.below(400));
    left.insert(left.end(), static_cast<std::size_t>(granted), now);
    budget.left(now);
  }
  CHECK(left.size() > 1000);
  CHECK(densest_second(left) <= pace.global_pps);
}
