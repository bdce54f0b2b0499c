// stream_text — the beginning of a text that has not come whole yet.
#pragma once

#include <algorithm>
#include <string_view>

namespace qingdan::net {

// Could `text` go on to begin as `wanted` does?
[[nodiscard]] inline bool may_begin(std::string_view text, std::string_view wanted) {
  const auto size = std::min(text.size(), wanted.size());
  return text.substr(0, size) == wanted.substr(0, size);
}

}  // namespace qingdan::net
