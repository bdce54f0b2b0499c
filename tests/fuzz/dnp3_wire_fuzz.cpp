// dnp3_wire — nothing is parsed that is not measured as whole within what there is.
#include "qingdan/net/dnp3_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_dnp3_reply(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (qingdan::net::parse_dnp3_reply(bytes) && !extent.whole()) std::abort();
  return 0;
}
