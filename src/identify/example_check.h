// example_check — runs every example of every rule against the whole rule base.
#pragma once

#include "qingdan/identify/rule_check.h"
#include "qingdan/identify/rule_set.h"

namespace qingdan::identify {

// Adds problems, the count of examples and the overlaps to `report`. Rules whose pattern no engine
// takes are left out; rule_check has reported them.
void check_examples(const RuleSet& set, CheckReport& report);

}  // namespace qingdan::identify
