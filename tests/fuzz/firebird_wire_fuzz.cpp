// firebird_wire — every input; only what is whole is read.
#include "qingdan/net/firebird_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  const auto extent = measure_firebird(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (parse_firebird(bytes) && !measure_firebird(bytes).whole()) std::abort();
  return 0;
}
