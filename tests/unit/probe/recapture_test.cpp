// recapture — the estimate of what no try heard.
#include "probe/recapture.h"

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"

using namespace qingdan;
using probe::Recapture;

TEST_CASE("where every answer came at once nothing is lost", "[probe][recapture]") {
  const auto loss = probe::estimate_loss({.first = 500, .later = 0, .sampled = 20, .sample_heard = 20});
  REQUIRE(loss);
  CHECK(*loss == 0);
  CHECK(probe::estimate_missed(500, *loss) == 0);
}

TEST_CASE("nothing heard says nothing of the loss", "[probe][recapture]") {
  CHECK_FALSE(probe::estimate_loss({}));
}

TEST_CASE("the estimate is near the truth of simulated loss", "[probe][recapture]") {
  const double loss = GENERATE(0.05, 0.1, 0.3);
  const bool sampled = GENERATE(false, true);
  Rng rng(7);
  const auto lost = [&] { return static_cast<double>(rng.below(1'000'000)) < loss * 1e6; };
  constexpr int kPopulation = 20'000;
  Recapture seen;
  int missed = 0;
  for (int i = 0; i < kPopulation; ++i) {
    if (!lost()) {
      ++seen.first;
    } else if (!lost()) {
      ++seen.later;
    } else {
      ++missed;
    }
  }
  for (int i = 0; sampled && i < 300; ++i) {
    ++seen.sampled;
    seen.sample_heard += lost() ? 0 : 1;
  }
  const auto estimated = probe::estimate_loss(seen);
  REQUIRE(estimated);
  CHECK(*estimated == Approx(loss).epsilon(0.15));
  CHECK(probe::estimate_missed(seen.first + seen.later, *estimated) ==
        Approx(missed).epsilon(0.25));
}
