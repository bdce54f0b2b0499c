// s7_wire — nothing is parsed that is not measured as whole within what there is.
#include "qingdan/net/s7_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_tpkt(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto frame = qingdan::net::read_s7_frame(bytes);
  const auto found = qingdan::net::parse_s7_stream(bytes);
  if (found.has_value() != frame.has_value()) std::abort();
  if (frame && !extent.whole()) std::abort();
  return 0;
}
