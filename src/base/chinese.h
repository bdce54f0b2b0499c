// chinese — how likely it is that bytes are Chinese text in one of its two families of charsets.
// Pure. Almost every text of one is valid in the other, so what decides is how usual the characters
// are which the bytes mean in each.
#pragma once

#include <cstdint>
#include <string_view>

namespace qingdan {

enum class Chinese : std::uint8_t { gb, big5 };  // GB 2312 to GB 18030; Big5 with HKSCS

// More points: more likely. 0: nothing speaks for it. Of texts of the same bytes only; reads at
// most 4096 characters.
[[nodiscard]] int chinese_points(std::string_view text, Chinese family);

}  // namespace qingdan
