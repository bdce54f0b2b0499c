// drda_wire — a whole DSS is never longer than what came, and only a whole one is read.
#include "qingdan/net/drda_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_drda(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (qingdan::net::parse_drda(bytes) && !extent.whole()) std::abort();
  return 0;
}
