// permutation — a keyed bijection on [0, n): the order in which targets are asked.
//
// Random access both ways: at(i) says which target comes i-th, inverse(x) when target x comes; so
// resume needs one number, and shard s of k is simply the positions i with i mod k = s.
//   P1  inverse(at(i)) = i and at(inverse(x)) = x for every n, i and x
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "qingdan/base/rng.h"

namespace qingdan::targets {

// Cheap to copy; const members may be called from several threads.
class Permutation {
 public:
  Permutation(const Key128& key, std::uint64_t size);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t at(std::uint64_t position) const;  // EXPECTS position < size()
  // at() of the positions from `first` on, in three fifths of the time. EXPECTS all < size().
  void read(std::uint64_t first, std::span<std::uint64_t> into) const;
  [[nodiscard]] std::uint64_t inverse(std::uint64_t element) const;  // EXPECTS element < size()

 private:
  struct Halves {
    std::uint64_t left, right;
  };
  [[nodiscard]] Halves split(std::uint64_t value) const { return {value % a_, value / a_}; }
  [[nodiscard]] unsigned __int128 join(Halves halves) const;
  [[nodiscard]] Halves forward(Halves halves) const;
  // forward() of both: the hash is a chain of dependent steps, and two chains run side by side.
  void forward_two(Halves& one, Halves& other) const;
  [[nodiscard]] Halves backward(Halves halves) const;
  [[nodiscard]] std::uint64_t mix(std::uint64_t half, unsigned round, std::uint64_t modulus) const;

  Key128 key_;
  std::uint64_t size_;
  std::uint64_t a_{1}, b_{1};  // a * b >= size, both about its square root
};

}  // namespace qingdan::targets
