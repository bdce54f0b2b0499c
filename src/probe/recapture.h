// recapture — how much did no try hear? Two tries at the same population give an estimate, as
// biologists count fish: what the second try heard of those the first had missed, and of a sample
// of those the first had heard. Pure.
//
// G. A. F. Seber, "The Estimation of Animal Abundance" (1982): chapter 3 (Lincoln-Petersen, with
// Chapman's correction) where a sample was asked again, chapter 7 (removal) where none was.
#pragma once

#include <cstdint>
#include <optional>

namespace qingdan::probe {

struct Recapture {
  std::uint64_t first{0}, later{0};             // answered on the first try, on a later one only
  std::uint64_t sampled{0}, sample_heard{0};  // known ones asked again
};

// Share of tries that are lost on the way; nullopt where nothing answered.
[[nodiscard]] std::optional<double> estimate_loss(const Recapture& seen);

// Of things of which `found` were heard in two tries, how many were heard by neither.
[[nodiscard]] double estimate_missed(std::uint64_t found, double loss);

}  // namespace qingdan::probe
