// cookie — the number by which an answer shows that it answers us: a digest (FNV-1a, 64 bit) of
// whom we ask, so that the same question always has the same bytes and tests need no chance. It
// keeps strays apart, it is no defence: the driver's connected sockets are.
#pragma once

#include <string>
#include <string_view>

#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

inline std::uint64_t cookie_of(const Setting& setting) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  for (const char c : setting.host + "/" + std::to_string(setting.port)) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01B3U;
  }
  return hash;
}

}  // namespace qingdan::probe
