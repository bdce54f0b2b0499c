// hostile — a good message made bad in every simple way: cut after each byte, each byte replaced.
// The parser under test must return; ASan and the timeout of CTest are the judges.
#pragma once

#include <algorithm>
#include <memory>

#include "qingdan/base/bytes.h"

namespace qingdan::test {

// Calls `parse` with a block of exactly its size, so that a read past the end is caught.
template <class Parse>
void parse_exactly(BytesView bytes, Parse parse) {
  const auto block = std::make_unique<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), block.get());
  parse(BytesView(block.get(), bytes.size()));
}

template <class Parse>
void parse_damaged(BytesView good, Parse parse) {
  for (std::size_t size = 0; size <= good.size(); ++size) parse_exactly(good.first(size), parse);
  Bytes bad(good.begin(), good.end());
  for (std::size_t at = 0; at < bad.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xC0, 0xFF}) {
      bad[at] = static_cast<std::uint8_t>(value);
      parse_exactly(bad, parse);
    }
    bad[at] = good[at];
  }
}

}  // namespace qingdan::test
