// fact_diff — which differences between two sets of facts are worth an event, and which event.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "qingdan/model/change.h"
#include "qingdan/model/claim.h"

namespace qingdan::resolve {

// What two sets of facts are compared with.
struct FactFrame {
  const model::Change& base;                    // whose object, place and time the Changes keep
  const std::set<std::string>& read_by;         // releases of the rules behind what was held
  const std::vector<model::Claim>& taken_back;  // by the rules
};
// The releases behind these facts.
[[nodiscard]] std::set<std::string> releases_of(const model::Facts& facts);

// Appends the Changes.
void compare_facts(const model::Facts& before, const model::Facts& after, const FactFrame& frame,
                   std::vector<model::Change>& out);

}  // namespace qingdan::resolve
