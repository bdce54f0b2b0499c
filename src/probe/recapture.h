// recapture — how many answers did no try hear? Two tries at the same population give an estimate,
// as biologists count fish: what the second try heard of those the first had missed, and of a
// sample of those the first had heard. Pure.
//
// G. A. F. Seber, "The Estimation of Animal Abundance" (1982): chapter 3 (Lincoln-Petersen, with
// Chapman's correction) where a sample was asked again, chapter 7 (removal) where none was.
#pragma once

#include <cstdint>

#include "qingdan/probe/syn_sweep.h"

namespace qingdan::probe {

// Fills `missed` and `loss` from the counts of the report. Estimates are never below what was seen,
// and 0 where everything that answers answered at once.
void estimate_missed(BlockReport& report);

}  // namespace qingdan::probe
