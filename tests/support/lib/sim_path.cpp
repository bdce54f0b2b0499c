// sim_path — see the header.
#include "support/lib/sim_path.h"

#include <cmath>

namespace qingdan::test {

using std::chrono::nanoseconds;

double SimPath::chance() {
  return static_cast<double>(rng_.next() >> 11) * 0x1.0p-53;  // 53 bits: every value of a double
}

nanoseconds SimPath::spell() {
  const double bad = static_cast<double>(settings.burst.count());
  const double mean = bad_ ? bad : bad * (1 - settings.burst_loss) / settings.burst_loss;
  return nanoseconds(static_cast<long>(-std::log(1 - chance()) * mean) + 1);
}

bool SimPath::in_bad_spell(SteadyTime at) {
  // After an idle time of many spells the chain has forgotten where it was.
  constexpr auto kForgotten = std::chrono::hours(1);
  if (!begun_ || at - until_ > kForgotten) {
    begun_ = true;
    bad_ = chance() < settings.burst_loss;
    until_ = at + spell();
  }
  while (at >= until_) {
    bad_ = !bad_;
    until_ += spell();
  }
  return bad_;
}

nanoseconds SimPath::lateness() {
  auto late = settings.delay;
  if (settings.overtaken > 0 && chance() < settings.overtaken) {
    late += nanoseconds(
        static_cast<long>(chance() * static_cast<double>(settings.overtaken_by.count())));
  }
  return late;
}

Copies SimPath::carry(SteadyTime at) {
  Copies copies;
  if (settings.loss > 0 && chance() < settings.loss) return copies;
  if (settings.burst_loss > 0 && in_bad_spell(at)) return copies;
  copies.late[copies.count++] = lateness();
  if (settings.doubled > 0 && chance() < settings.doubled) copies.late[copies.count++] = lateness();
  return copies;
}

}  // namespace qingdan::test
