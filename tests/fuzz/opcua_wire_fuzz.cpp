// opcua_wire — nothing is parsed that is not measured as whole within what there is.
#include "qingdan/net/opcua_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_opcua_message(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (extent.whole()) {
    (void)qingdan::net::read_opcua_kind(bytes);
    (void)qingdan::net::parse_opcua_channel(bytes);
  }
  if (qingdan::net::parse_opcua_stream(bytes).has_value() != extent.whole()) std::abort();
  return 0;
}
