// stomp_wire — every parser on every input; only what is whole is read.
#include "qingdan/net/stomp_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure : {&measure_stomp}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  if (parse_stomp(bytes) && !measure_stomp(bytes).whole()) std::abort();
  return 0;
}
