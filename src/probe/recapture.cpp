// recapture — see the header.
#include "recapture.h"

#include <algorithm>

namespace qingdan::probe {
namespace {

// Chance that one try is heard, by the sample asked again, else by how few the second try added.
// The sample is small: with it alone one unlucky packet would be "5 % loss"; so both are weighed
// by their size.
double heard_chance(const BlockReport& report) {
  const auto first = static_cast<double>(report.first_try);
  const auto later = static_cast<double>(report.later);
  const double by_removal = first > later ? 1 - later / first : 0.5;
  if (report.recaptured_of == 0) return by_removal;
  const auto asked = static_cast<double>(report.recaptured_of);
  const double by_sample = (static_cast<double>(report.recaptured) + 1) / (asked + 2);
  if (report.later == 0 && report.recaptured == report.recaptured_of) return 1;
  return (by_removal * first + by_sample * asked) / (first + asked);
}

}  // namespace

void estimate_missed(BlockReport& report) {
  report.missed = 0;
  report.loss = -1;
  if (report.first_try == 0) return;
  const double chance = std::clamp(heard_chance(report), 0.05, 1.0);
  report.loss = 1 - chance;
  // Of N that would answer, tries heard N (1 - loss^2); the rest is what both lost.
  const double heard = static_cast<double>(report.answered);
  const double total = heard / (1 - report.loss * report.loss);
  report.missed = std::max(0.0, total - heard);
}

}  // namespace qingdan::probe
