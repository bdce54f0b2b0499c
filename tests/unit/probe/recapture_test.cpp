// recapture — the estimate of what no try heard.
#include "probe/recapture.h"

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"

using namespace qingdan;
using probe::BlockReport;

TEST_CASE("where every answer came at once nothing is missed", "[probe][recapture]") {
  BlockReport report;
  report.first_try = report.answered = 500;
  probe::estimate_missed(report);
  CHECK(report.missed == 0);
  CHECK(report.loss == 0);
}

TEST_CASE("nothing heard says nothing of the loss", "[probe][recapture]") {
  BlockReport report;
  probe::estimate_missed(report);
  CHECK(report.loss == -1);
}

TEST_CASE("the estimate is near the truth of simulated loss", "[probe][recapture]") {
  const double loss = GENERATE(0.05, 0.1, 0.3);
  const bool sampled = GENERATE(false, true);
  Rng rng(7);
  const auto lost = [&] { return static_cast<double>(rng.below(1'000'000)) < loss * 1e6; };
  constexpr int kPopulation = 20'000;
  BlockReport report;
  int missed = 0;
  for (int i = 0; i < kPopulation; ++i) {
    if (!lost()) {
      ++report.first_try;
    } else if (!lost()) {
      ++report.later;
    } else {
      ++missed;
    }
  }
  report.answered = report.first_try + report.later;
  for (int i = 0; sampled && i < 300; ++i) {
    ++report.recaptured_of;
    report.recaptured += lost() ? 0 : 1;
  }
  probe::estimate_missed(report);
  CHECK(report.loss == Approx(loss).epsilon(0.15));
  CHECK(report.missed == Approx(missed).epsilon(0.25));
}
