// recapture — see the header.
#include "recapture.h"

#include <algorithm>

namespace qingdan::probe {

// The sample is small: with it alone one unlucky packet would be "5 % loss"; so both estimates are
// weighed by their size.
std::optional<double> estimate_loss(const Recapture& seen) {
  if (seen.first == 0) return std::nullopt;
  if (seen.later == 0 && seen.sample_heard == seen.sampled) return 0;
  const auto first = static_cast<double>(seen.first);
  const auto later = static_cast<double>(seen.later);
  const auto asked = static_cast<double>(seen.sampled);
  const double by_removal = first > later ? 1 - later / first : 0.5;
  const double by_sample = (static_cast<double>(seen.sample_heard) + 1) / (asked + 2);
  const double heard = (by_removal * first + by_sample * asked) / (first + asked);
  return 1 - std::clamp(heard, 0.05, 1.0);
}

// Of N that are there, two tries hear N (1 - loss^2).
double estimate_missed(std::uint64_t found, double loss) {
  const double both_lost = loss * loss;
  return static_cast<double>(found) * both_lost / (1 - both_lost);
}

}  // namespace qingdan::probe
