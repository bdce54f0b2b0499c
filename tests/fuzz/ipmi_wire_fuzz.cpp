// ipmi_wire — pong and capabilities: no datagram is both.
#include "qingdan/net/ipmi_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto pong = qingdan::net::parse_asf_pong(bytes);
  const auto said = qingdan::net::parse_ipmi_capabilities(bytes);
  if (pong && said) std::abort();
  if (said && said->types.size() > 5) std::abort();
  return 0;
}
