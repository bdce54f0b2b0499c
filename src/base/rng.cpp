// rng — xoshiro256** seeded by SplitMix64; keys from the kernel; SipHash-2-4.
#include "qingdan/base/rng.h"

#include <sys/random.h>

#include <bit>
#include <cstring>

#include "qingdan/base/contract.h"

namespace qingdan {

Rng::Rng(std::uint64_t seed) {
  for (auto& word : state_) {
    seed += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    word = z ^ (z >> 31);
  }
}

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t bound) {
  QD_EXPECTS(bound > 0);
  // Rejecting the uneven tail keeps it uniform.
  const std::uint64_t limit = -bound % bound;
  for (;;) {
    const std::uint64_t value = next();
    if (value >= limit) return value % bound;
  }
}

Key128 random_key() {
  Key128 key{};
  auto* out = reinterpret_cast<unsigned char*>(key.data());
  std::size_t got = 0;
  while (got < sizeof key) {
    const ssize_t n = getrandom(out + got, sizeof key - got, 0);
    QD_ENSURES(n > 0);  // the kernel's generator cannot fail once seeded (getrandom(2))
    got += static_cast<std::size_t>(n);
  }
  return key;
}

std::uint64_t siphash24(const Key128& key, const void* data, std::size_t size) {
  SipState state(key);
  const auto* bytes = static_cast<const unsigned char*>(data);
  const std::size_t whole = size / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    std::uint64_t word;
    std::memcpy(&word, bytes + i * 8, 8);
    state.compress(word);
  }
  std::uint64_t last = static_cast<std::uint64_t>(size) << 56;
  for (std::size_t i = 0; i < size % 8; ++i) {
    last |= static_cast<std::uint64_t>(bytes[whole * 8 + i]) << (8 * i);
  }
  state.compress(last);
  return state.finish();
}

}  // namespace qingdan
