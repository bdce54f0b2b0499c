// iec104_wire — nothing is parsed that is not measured as whole within what there is.
#include "qingdan/net/iec104_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_iec104_reply(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (qingdan::net::is_iec104_confirmed(bytes) != extent.whole()) std::abort();
  return 0;
}
