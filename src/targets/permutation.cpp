// permutation — a generalised Feistel network with cycle-walking.
//
// J. Black, P. Rogaway, "Ciphers with Arbitrary Finite Domains" (CT-RSA 2002), §5: write x as
// (left in Z_a, right in Z_b) with a * b >= n, and let each round replace one half by itself plus
// a keyed hash of the other half, modulo its own size, then swap. A value that falls outside [0, n)
// is encrypted again: the walk stays on one cycle of the bijection on [0, a*b), so it ends inside,
// and since a * b < n + a it takes hardly more than one step.
// Not a cipher for secrets: four rounds spread targets over the network, nothing more is asked.
#include "qingdan/targets/permutation.h"

#include <cmath>

#include "qingdan/base/contract.h"

namespace qingdan::targets {
namespace {

using Wide = unsigned __int128;

constexpr unsigned kRounds = 4;

// Halves are at most 2^32, so the round number fits above them.
std::uint64_t message_of(std::uint64_t half, unsigned round) {
  return half | std::uint64_t{round} << 56;
}

// Uniform enough in [0, modulus): the bias of the multiplication is below 2^-32.
std::uint64_t scaled(std::uint64_t hash, std::uint64_t modulus) {
  return static_cast<std::uint64_t>(Wide{hash} * modulus >> 64);
}

std::array<std::uint64_t, 2> mix_two(const Key128& key, std::uint64_t one, std::uint64_t other,
                                     unsigned round, std::uint64_t modulus) {
  const auto hashes = siphash24_two(key, message_of(one, round), message_of(other, round));
  return {scaled(hashes[0], modulus), scaled(hashes[1], modulus)};
}

std::uint64_t root_above(std::uint64_t value) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(value)));
  // The double is off by one near 2^64.
  while (Wide{root} * root < value) ++root;
  while (root > 1 && Wide{root - 1} * (root - 1) >= value) --root;
  return root < 1 ? 1 : root;
}

}  // namespace

Permutation::Permutation(const Key128& key, std::uint64_t size) : key_(key), size_(size) {
  a_ = root_above(size);
  b_ = size / a_ + (size % a_ != 0 ? 1 : 0);
  if (b_ == 0) b_ = 1;
}

unsigned __int128 Permutation::join(Halves halves) const {
  return Wide{halves.right} * a_ + halves.left;
}

std::uint64_t Permutation::mix(std::uint64_t half, unsigned round, std::uint64_t modulus) const {
  return scaled(siphash24_words<1>(key_, {message_of(half, round)}), modulus);
}

Permutation::Halves Permutation::forward(Halves halves) const {
  for (unsigned round = 0; round < kRounds; round += 2) {
    halves.left += mix(halves.right, round, a_);
    if (halves.left >= a_) halves.left -= a_;
    halves.right += mix(halves.left, round + 1, b_);
    if (halves.right >= b_) halves.right -= b_;
  }
  return halves;
}

void Permutation::forward_two(Halves& one, Halves& other) const {
  for (unsigned round = 0; round < kRounds; round += 2) {
    const auto left = mix_two(key_, one.right, other.right, round, a_);
    one.left += left[0];
    if (one.left >= a_) one.left -= a_;
    other.left += left[1];
    if (other.left >= a_) other.left -= a_;
    const auto right = mix_two(key_, one.left, other.left, round + 1, b_);
    one.right += right[0];
    if (one.right >= b_) one.right -= b_;
    other.right += right[1];
    if (other.right >= b_) other.right -= b_;
  }
}

Permutation::Halves Permutation::backward(Halves halves) const {
  for (unsigned round = kRounds; round > 0; round -= 2) {
    halves.right += b_ - mix(halves.left, round - 1, b_);
    if (halves.right >= b_) halves.right -= b_;
    halves.left += a_ - mix(halves.right, round - 2, a_);
    if (halves.left >= a_) halves.left -= a_;
  }
  return halves;
}

std::uint64_t Permutation::at(std::uint64_t position) const {
  QD_EXPECTS(position < size_);
  auto halves = split(position);
  do {
    halves = forward(halves);
  } while (join(halves) >= size_);
  return static_cast<std::uint64_t>(join(halves));
}

void Permutation::read(std::uint64_t first, std::span<std::uint64_t> into) const {
  QD_EXPECTS(first <= size_ && into.size() <= size_ - first);
  std::size_t i = 0;
  for (; i + 1 < into.size(); i += 2) {
    auto one = split(first + i);
    auto other = split(first + i + 1);
    forward_two(one, other);
    // Outside, hardly ever: walked on alone.
    into[i] = join(one) < size_ ? static_cast<std::uint64_t>(join(one)) : at(first + i);
    into[i + 1] = join(other) < size_ ? static_cast<std::uint64_t>(join(other)) : at(first + i + 1);
  }
  if (i < into.size()) into[i] = at(first + i);
}

std::uint64_t Permutation::inverse(std::uint64_t element) const {
  QD_EXPECTS(element < size_);
  auto halves = split(element);
  do {
    halves = backward(halves);
  } while (join(halves) >= size_);
  return static_cast<std::uint64_t>(join(halves));
}

}  // namespace qingdan::targets
