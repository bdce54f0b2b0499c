// fins_wire — nothing is parsed that is not measured as whole within what there is.
#include "qingdan/net/fins_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_fins_frame(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (qingdan::net::parse_fins_nodes(bytes) && !extent.whole()) std::abort();
  if (qingdan::net::parse_fins_stream(bytes).has_value() != extent.whole()) std::abort();
  return 0;
}
