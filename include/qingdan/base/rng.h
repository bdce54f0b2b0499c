// rng — chance as a parameter: seeded in tests, from the kernel in service. Not for keys of secrets;
// run keys (128 bit) come from random_key(), which reads the kernel's generator.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

using Key128 = std::array<std::uint64_t, 2>;
[[nodiscard]] Key128 random_key();

// SipHash-2-4 (Aumasson & Bernstein, 2012) of up to a few words: the keyed hash behind the
// permutation's rounds and the SYN cookies.
[[nodiscard]] std::uint64_t siphash24(const Key128& key, const void* data, std::size_t size);

}  // namespace qingdan
