// openvpn_wire — hard resets, over UDP and in the frame of TCP.
#include "qingdan/net/openvpn_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_openvpn_tcp(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto reset = qingdan::net::parse_openvpn_reset(bytes);
  if (reset && reset->session == 0) std::abort();
  return 0;
}
