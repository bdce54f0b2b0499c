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

// Uniform enough in [0, modulus): the bias of the multiplication is below 2^-32.
std::uint64_t Permutation::mix(std::uint64_t half, unsigned round, std::uint64_t modulus) const {
  // Halves are at most 2^32, so the round number fits above them.
  const std::uint64_t message = half | std::uint64_t{round} << 56;
  return static_cast<std::uint64_t>(Wide{siphash24_words<1>(key_, {message})} * modulus >>
                                    64);
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

std::uint64_t Permutation::inverse(std::uint64_t element) const {
  QD_EXPECTS(element < size_);
  auto halves = split(element);
  do {
    halves = backward(halves);
  } while (join(halves) >= size_);
  return static_cast<std::uint64_t>(join(halves));
}

}  // namespace qingdan::targets
