// stun_wire — every input; only what is whole is read.
#include "qingdan/net/stun_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  const auto extent = measure_stun(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (parse_stun(bytes) && !measure_stun(bytes).whole()) std::abort();
  return 0;
}
