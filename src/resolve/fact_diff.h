// fact_diff — which differences between two sets of facts are worth an event, and which event.
#pragma once

#include <vector>

#include "qingdan/model/change.h"
#include "qingdan/model/claim.h"

namespace qingdan::resolve {

// Appends the Changes, made from `base` (whose object, place and time they keep).
void compare_facts(const model::Facts& before, const model::Facts& after, const model::Change& base,
                   std::vector<model::Change>& out);

}  // namespace qingdan::resolve
