// smb_wire — packets and the streams they make.
#include "qingdan/net/smb_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_smb_packet(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  (void)qingdan::net::parse_smb_stream(bytes);
  return 0;
}
