// example_check — runs every example of every rule against the whole rule base.
#pragma once

#include <string>

#include "qingdan/identify/rule_check.h"
#include "qingdan/identify/rule_set.h"

namespace qingdan::identify {

// Adds problems, the count of examples, the overlaps and the shadows to `report`. Rules whose
// pattern no engine takes are left out; rule_check has reported them. `shipped`: how the files of
// shipped rules begin; the others are the operator's own. Where an own rule takes an example from a
// shipped one, that is a shadow and no problem.
void check_examples(const RuleSet& set, const std::string& shipped, CheckReport& report);

}  // namespace qingdan::identify
