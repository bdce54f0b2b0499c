// sim_path — what happens to a packet on its way in one direction: it is lost, late, doubled or
// overtaken, as the settings say and the seed decides.
//
// Bursts follow Gilbert (1960) and Elliott (1963) in continuous time: the path is bad for an
// exponential time of mean `burst`, and good for so long between that the mean loss is as asked. In
// a bad spell all is lost. A chain per packet would make bursts shorter the faster one sends.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "qingdan/base/clock.h"
#include "qingdan/base/rng.h"

namespace qingdan::test {

struct PathSettings {
  double loss{0};        // each packet by itself
  double burst_loss{0};  // mean loss by bad spells
  std::chrono::nanoseconds burst{std::chrono::milliseconds(40)};
  double doubled{0};
  double overtaken{0};
  std::chrono::nanoseconds overtaken_by{std::chrono::milliseconds(30)};  // at most
  std::chrono::nanoseconds delay{0};
};

// The copies that arrive, by how late; none: lost.
struct Copies {
  std::size_t count{0};
  std::array<std::chrono::nanoseconds, 2> late{};
};

class SimPath {
 public:
  explicit SimPath(std::uint64_t seed) : rng_(seed) {}
  PathSettings settings;
  [[nodiscard]] Copies carry(SteadyTime at);

 private:
  [[nodiscard]] double chance();
  [[nodiscard]] std::chrono::nanoseconds lateness();
  [[nodiscard]] std::chrono::nanoseconds spell();
  [[nodiscard]] bool in_bad_spell(SteadyTime at);

  Rng rng_;
  bool bad_{false};
  bool begun_{false};
  SteadyTime until_{};
};

}  // namespace qingdan::test
