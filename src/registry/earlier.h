// earlier — what the applied runs asked, put together (model/world.h, World::earlier).
//
// Runs of one port set become one Coverage; one that asked nothing that another did not ask as well
// is left out. So years of daily censuses cost as much memory as one of each kind.
#pragma once

#include <vector>

#include "qingdan/model/run.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

// Adds `more`, of the same port set. Of two outcomes of an address the one that says more stays:
// answered, silent, unreachable, error, skipped. Blocks that touch become one; exclusions are not
// kept.
void merge_coverage(model::Coverage& into, const model::Coverage& more);

// Every endpoint that `part` asked, `whole` asked too.
[[nodiscard]] bool asked_as_well(const model::Coverage& part, const model::Coverage& whole);

// Of all applied runs, the oldest port set first.
[[nodiscard]] std::vector<model::Coverage> read_earlier(Database& database);

}  // namespace qingdan::registry
