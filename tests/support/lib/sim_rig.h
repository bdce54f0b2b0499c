// sim_rig — a rig whose network is the simulated world: raw frames by `sim`, sockets by `net`.
#pragma once

#include "support/lib/rig.h"
#include "support/lib/sim_net.h"

namespace qingdan::test {

struct SimRig : Rig {
  explicit SimRig(targets::Scope allowed, std::uint64_t seed = 1)
      : Rig(std::move(allowed), seed), sim(net, scope, seed) {}
  SimNet sim;
};

}  // namespace qingdan::test
