// pattern_needs — what every match of a condition has: how it begins, texts and marks. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "identify/literal.h"
#include "identify/marks.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {

struct PatternNeeds {
  // Of a pattern all of whose matches begin at the start of the value and are not empty.
  std::optional<Beginning> beginning;
  // Sets of which every match holds at least one text each, in no order; alternatives and small
  // classes are written out: `E[CS]S\d` is twenty texts.
  std::vector<Literals> texts;
  // The marks of each alternative, of which a match has those of one; none where one needs none.
  std::vector<std::vector<Mark>> marks;
};

// Of any condition but `equals`. Nothing where there is nothing, or we do not understand the
// pattern: a byte or text that is missing would lose matches, one too many costs only time.
[[nodiscard]] PatternNeeds needs_of(const Part& part);

}  // namespace qingdan::identify
