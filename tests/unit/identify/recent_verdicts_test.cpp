#include "identify/recent_verdicts.h"

#include <catch2/catch.hpp>

using qingdan::identify::RecentVerdicts;

TEST_CASE("a key is kept when it comes a second time", "[identify][recent_verdicts]") {
  RecentVerdicts<int> recent(16);
  CHECK(recent.place_of("a").verdict == nullptr);
  const auto second = recent.place_of("a");
  REQUIRE(second.verdict != nullptr);
  CHECK_FALSE(second.known);
  *second.verdict = 7;
  const auto third = recent.place_of("a");
  REQUIRE(third.known);
  CHECK(*third.verdict == 7);
}

TEST_CASE("what never repeats is never kept", "[identify][recent_verdicts]") {
  RecentVerdicts<int> recent(64);
  int kept = 0;
  for (int i = 0; i < 10'000; ++i)
    kept += recent.place_of(std::to_string(i)).verdict != nullptr ? 1 : 0;
  CHECK(kept == 0);
}

TEST_CASE("memory is bounded: more keys than slots push older ones out",
          "[identify][recent_verdicts]") {
  RecentVerdicts<int> recent(8);
  for (int i = 0; i < 200; ++i) {
    const auto key = std::to_string(i);
    (void)recent.place_of(key);
    if (const auto place = recent.place_of(key); place.verdict != nullptr) *place.verdict = i;
  }
  int known = 0;
  for (int i = 0; i < 200; ++i) {
    const auto place = recent.place_of(std::to_string(i));
    if (!place.known) continue;
    ++known;
    CHECK(*place.verdict == i);
  }
  CHECK(known > 0);
  CHECK(known <= 8);
}

TEST_CASE("without slots nothing is kept", "[identify][recent_verdicts]") {
  RecentVerdicts<int> recent(0);
  for (int i = 0; i < 5; ++i) CHECK(recent.place_of("a").verdict == nullptr);
}
