// permutation: a bijection for every size, with its inverse.
#include "qingdan/targets/permutation.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <limits>
#include <vector>

using qingdan::Key128;
using qingdan::targets::Permutation;

namespace {

constexpr Key128 kKey{0x0123456789abcdefULL, 0xfedcba9876543210ULL};

// True where at() takes every value of [0, n) once and inverse() leads back.
bool is_bijection(const Permutation& permutation) {
  std::vector<bool> hit(permutation.size());
  for (std::uint64_t i = 0; i < permutation.size(); ++i) {
    const auto x = permutation.at(i);
    if (x >= permutation.size() || hit[x] || permutation.inverse(x) != i) return false;
    hit[x] = true;
  }
  return true;
}

}  // namespace

TEST_CASE("every size up to 4096 is permuted exactly", "[targets][permutation]") {
  for (std::uint64_t n = 1; n <= 4096; ++n) {
    if (!is_bijection(Permutation(kKey, n))) FAIL("not a bijection on " << n);
  }
}

TEST_CASE("powers of two, their neighbours and primes are permuted", "[targets][permutation]") {
  for (unsigned k = 13; k <= 18; ++k) {
    const std::uint64_t power = std::uint64_t{1} << k;
    for (const auto n : {power - 1, power, power + 1}) {
      INFO(n);
      CHECK(is_bijection(Permutation({k, n}, n)));
    }
  }
  for (const std::uint64_t prime : {7919u, 65537u, 104729u, 299993u}) {
    INFO(prime);
    CHECK(is_bijection(Permutation(kKey, prime)));
  }
}

TEST_CASE("sizes beyond 32 bits lead there and back", "[targets][permutation]") {
  qingdan::Rng rng(7);
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::uint64_t> sizes{kMost, kMost - 1, std::uint64_t{1} << 63};
  for (unsigned k = 32; k < 64; ++k) {
    const std::uint64_t power = std::uint64_t{1} << k;
    sizes.insert(sizes.end(), {power - 1, power, power + 1, power + rng.below(power)});
  }
  for (const auto n : sizes) {
    const Permutation permutation(kKey, n);
    for (int i = 0; i < 500; ++i) {
      const auto position = i == 0 ? 0 : i == 1 ? n - 1 : rng.below(n);
      const auto element = permutation.at(position);
      if (element >= n || permutation.inverse(element) != position) FAIL(n << " at " << position);
      if (permutation.at(permutation.inverse(position)) != position) FAIL(n << " of " << position);
    }
  }
}

TEST_CASE("positions read together are those read one by one", "[targets][permutation]") {
  qingdan::Rng rng(3);
  std::vector<std::uint64_t> sizes{std::numeric_limits<std::uint64_t>::max(), 655'360, 65'537};
  for (std::uint64_t n = 1; n <= 200; ++n) sizes.push_back(n);
  for (const auto n : sizes) {
    const Permutation permutation({n, 9}, n);
    for (int i = 0; i < 50; ++i) {
      const auto first = rng.below(n);
      std::vector<std::uint64_t> read(std::min<std::uint64_t>(rng.below(20), n - first));
      permutation.read(first, read);
      for (std::size_t k = 0; k < read.size(); ++k) {
        if (read[k] != permutation.at(first + k)) FAIL(n << " at " << first << " + " << k);
      }
    }
  }
}

TEST_CASE("another key gives another order", "[targets][permutation]") {
  const Permutation one(kKey, 100'000);
  const Permutation two({kKey[0] + 1, kKey[1]}, 100'000);
  const Permutation three({kKey[0], kKey[1] ^ 1}, 100'000);
  int same = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    same += one.at(i) == two.at(i) || one.at(i) == three.at(i);
  }
  CHECK(same < 10);
}

// 65 536 addresses x 1000 ports, targets numbered address by address: neighbours in time must not
// be neighbours in the network.
TEST_CASE("the order spreads over the blocks of the network", "[targets][permutation]") {
  constexpr std::uint64_t kPorts = 1000;
  constexpr std::uint64_t kBlocks = 256;
  const Permutation order(kKey, 65'536 * kPorts);
  std::vector<int> per_block(kBlocks);
  constexpr int kSample = 256 * 200;
  int repeated = 0;
  std::uint64_t before = kBlocks;
  for (std::uint64_t i = 0; i < kSample; ++i) {
    const auto block = order.at(i) / kPorts / 256;
    ++per_block[block];
    repeated += block == before;
    before = block;
  }
  // Expected 200 a block and 200 repetitions, standard deviation 14.
  for (const auto count : per_block) CHECK(std::abs(count - 200) < 85);
  CHECK(std::abs(repeated - 200) < 85);
}

TEST_CASE("shards by position share the targets without rest", "[targets][permutation]") {
  const Permutation order(kKey, 1001);
  constexpr std::uint64_t kShards = 7;
  std::vector<int> seen(order.size());
  for (std::uint64_t shard = 0; shard < kShards; ++shard) {
    for (auto i = shard; i < order.size(); i += kShards) ++seen[order.at(i)];
  }
  CHECK(seen == std::vector<int>(order.size(), 1));
}
