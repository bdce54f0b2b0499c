#include "qingdan/base/rng.h"

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <vector>

using namespace qingdan;

TEST_CASE("the same seed gives the same numbers, another seed others", "[base][rng]") {
  Rng a(42), b(42), c(43);
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    const auto x = a.next();
    REQUIRE(x == b.next());
    same += x == c.next();
  }
  CHECK(same == 0);
}

TEST_CASE("numbers below a bound are even over it", "[base][rng]") {
  Rng rng(1);
  std::array<int, 7> hits{};
  for (int i = 0; i < 70'000; ++i) ++hits.at(rng.below(7));
  // Expected 10 000 each, standard deviation 93.
  for (const int count : hits) CHECK(std::abs(count - 10'000) < 600);
  CHECK(rng.below(1) == 0);
  for (int i = 0; i < 100; ++i)
    CHECK(rng.below((std::uint64_t{1} << 63) + 1) <= std::uint64_t{1} << 63);
}

TEST_CASE("keys of the kernel differ", "[base][rng]") {
  CHECK(random_key() != random_key());
  CHECK(random_key() != Key128{});
}

// J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (2012), appendix A, and the
// authors' published vectors: key 00 01 … 0f, message 00 01 02 … of each length.
TEST_CASE("SipHash-2-4 gives its authors' vectors", "[base][rng]") {
  const Key128 key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  std::array<std::uint8_t, 16> message{};
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
  CHECK(siphash24(key, message.data(), 0) == 0x726fdb47dd0e0e31ULL);
  CHECK(siphash24(key, message.data(), 1) == 0x74f839c593dc67fdULL);
  CHECK(siphash24(key, message.data(), 7) == 0xab0200f58b01d137ULL);
  CHECK(siphash24(key, message.data(), 8) == 0x93f5f5799a932462ULL);
  CHECK(siphash24(key, message.data(), 15) == 0xa129ca6149be45e5ULL);
  CHECK(siphash24_words<1>(key, {0x0706050403020100ULL}) == 0x93f5f5799a932462ULL);
  CHECK(siphash24_words<2>(key, {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}) ==
        siphash24(key, message.data(), 16));
}
