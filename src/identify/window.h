// window — four bytes of a text as one number, the least first, and its hash: by these texts are
// looked up.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace qingdan::identify {

inline constexpr std::size_t kWindow = 4;
static_assert(std::endian::native == std::endian::little);

[[nodiscard]] inline std::uint32_t window_at(const char* text) {
  std::uint32_t window = 0;
  std::memcpy(&window, text, kWindow);
  return window;
}

// Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, §6.4); the middle of the
// product, of which both ends are used.
[[nodiscard]] constexpr std::uint32_t hash_of_window(std::uint32_t window) {
  return static_cast<std::uint32_t>((window * 0x9E3779B97F4A7C15U) >> 32);
}

}  // namespace qingdan::identify
