// siphash — SipHash-2-4 (Aumasson & Bernstein, "SipHash: a fast short-input PRF", 2012) over whole
// words, in the header: the permutation and the SYN cookies call it for every probe.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace qingdan {

using Key128 = std::array<std::uint64_t, 2>;

class SipState {
 public:
  explicit SipState(const Key128& key)
      : v0_(key[0] ^ 0x736f6d6570736575ULL),
        v1_(key[1] ^ 0x646f72616e646f6dULL),
        v2_(key[0] ^ 0x6c7967656e657261ULL),
        v3_(key[1] ^ 0x7465646279746573ULL) {}

  void compress(std::uint64_t word) {
    v3_ ^= word;
    round();
    round();
    v0_ ^= word;
  }
  static void compress_two(SipState& a, std::uint64_t one, SipState& b, std::uint64_t other) {
    a.v3_ ^= one;
    b.v3_ ^= other;
    for (int i = 0; i < 2; ++i) {
      a.round();
      b.round();
    }
    a.v0_ ^= one;
    b.v0_ ^= other;
  }
  static std::array<std::uint64_t, 2> finish_two(SipState& a, SipState& b) {
    a.v2_ ^= 0xff;
    b.v2_ ^= 0xff;
    for (int i = 0; i < 4; ++i) {
      a.round();
      b.round();
    }
    return {a.v0_ ^ a.v1_ ^ a.v2_ ^ a.v3_, b.v0_ ^ b.v1_ ^ b.v2_ ^ b.v3_};
  }
  [[nodiscard]] std::uint64_t finish() {
    v2_ ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_; v1_ = std::rotl(v1_, 13); v1_ ^= v0_; v0_ = std::rotl(v0_, 32);
    v2_ += v3_; v3_ = std::rotl(v3_, 16); v3_ ^= v2_;
    v0_ += v3_; v3_ = std::rotl(v3_, 21); v3_ ^= v0_;
    v2_ += v1_; v1_ = std::rotl(v1_, 17); v1_ ^= v2_; v2_ = std::rotl(v2_, 32);
  }
  std::uint64_t v0_, v1_, v2_, v3_;
};

// The same value as siphash24() of the words' little-endian bytes.
template <std::size_t N>
[[nodiscard]] inline std::uint64_t siphash24_words(const Key128& key,
                                                   const std::array<std::uint64_t, N>& words) {
  SipState state(key);
  for (const auto word : words) state.compress(word);
  state.compress(std::uint64_t{N * 8} << 56);
  return state.finish();
}

// siphash24_words<1> of both, step by step side by side: each is a chain in which every operation
// waits for the one before, so a second one costs little more.
[[nodiscard]] inline std::array<std::uint64_t, 2> siphash24_two(const Key128& key,
                                                                std::uint64_t one,
                                                                std::uint64_t other) {
  constexpr std::uint64_t kLength = std::uint64_t{8} << 56;
  SipState a(key), b(key);
  SipState::compress_two(a, one, b, other);
  SipState::compress_two(a, kLength, b, kLength);
  return SipState::finish_two(a, b);
}

}  // namespace qingdan
