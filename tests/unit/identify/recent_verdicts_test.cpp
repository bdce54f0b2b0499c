#include "identify/recent_verdicts.h"

#include <catch2/catch.hpp>

using qingdan::identify::RecentVerdicts;

TEST_CASE("a verdict is there when its key comes again", "[identify][recent_verdicts]") {
  RecentVerdicts<int> recent(16);
  const auto first = recent.place_of("a");
  REQUIRE(first.verdict != nullptr);
  CHECK_FALSE(first.known);
  *first.verdict = 7;
  const auto second = recent.place_of("a");
  REQUIRE(second.known);
  CHECK(*second.verdict == 7);
  CHECK_FALSE(recent.place_of("b").known);
}

TEST_CASE("where there is no room, only what repeats is kept", "[identify][recent_verdicts]") {
  RecentVerdicts<int> recent(4);
  int kept = 0;
  for (int i = 0; i < 10'000; ++i)
    kept += recent.place_of(std::to_string(i)).verdict != nullptr ? 1 : 0;
  CHECK(kept == 4);
  CHECK(recent.place_of("again").verdict == nullptr);
  CHECK(recent.place_of("again").verdict != nullptr);
  CHECK(recent.place_of("again").known);
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
