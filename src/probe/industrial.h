// industrial — the one request an industrial device gets, over a connection that stands already:
// its port takes one connection in a run (devices.h, C2), so the sweep's own is used where there is
// one.
#pragma once

#include <vector>

#include "qingdan/model/observation.h"
#include "qingdan/probe/pacer.h"

namespace qingdan::probe {

// Nothing is sent where the policy of its area, the table or the class of the port says no; then
// and where the device says nothing, the result is empty. Closing the connection is the caller's.
[[nodiscard]] Awaitable<std::vector<model::Observation>> ask_industrial(
    Pacer& pacer, Connection& connection, targets::ApprovedTarget target);

}  // namespace qingdan::probe
