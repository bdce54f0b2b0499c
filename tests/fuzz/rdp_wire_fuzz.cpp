// rdp_wire — only what is whole is parsed.
#include "qingdan/net/rdp_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_rdp_confirm(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (qingdan::net::parse_rdp_confirm(bytes) && !extent.whole()) std::abort();
  return 0;
}
