// rng — chance as a parameter: seeded in tests, from the kernel in service. Not for keys of secrets;
// run keys (128 bit) come from random_key(), which reads the kernel's generator.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "qingdan/base/siphash.h"

namespace qingdan {

// SplitMix64-seeded xoshiro256** (Blackman & Vigna, public domain). Not thread-safe.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  std::uint64_t next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::array<std::uint64_t, 4> state_{};
};

[[nodiscard]] Key128 random_key();

// SipHash-2-4 of any bytes; of whole words siphash24_words is faster (siphash.h).
[[nodiscard]] std::uint64_t siphash24(const Key128& key, const void* data, std::size_t size);

}  // namespace qingdan
