// frames — splitting never yields more than there is.
#include "qingdan/net/frames.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  std::size_t total = 0;
  for (const auto message : qingdan::net::split_messages(bytes).messages)
    total += 4 + message.size();
  if (total > size) std::abort();
  return 0;
}
