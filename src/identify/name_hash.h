// name_hash — for tables of names that are fixed when the program starts: channels, fields. A few
// bytes of a name tell it; what a peer makes up is only looked up, so it cannot pile up anything.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace qingdan::identify {

struct NameHash {
  std::size_t operator()(std::string_view name) const {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (name.size() >= sizeof first) {
      std::memcpy(&first, name.data(), sizeof first);
      std::memcpy(&last, name.data() + name.size() - sizeof last, sizeof last);
    } else {
      std::memcpy(&first, name.data(), name.size());
    }
    // Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, §6.4).
    const auto mixed = (first ^ (last << 7 | last >> 57) ^ name.size()) * 0x9E3779B97F4A7C15U;
    return mixed ^ mixed >> 32;
  }
};

}  // namespace qingdan::identify
