// cql_wire — a whole frame is never longer than what came, and only a whole one is read.
#include "qingdan/net/cql_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_cql(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (qingdan::net::parse_cql(bytes) && !extent.whole()) std::abort();
  return 0;
}
