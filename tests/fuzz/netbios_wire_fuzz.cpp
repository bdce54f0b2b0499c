// netbios_wire — node status responses: no more names than bytes.
#include "qingdan/net/netbios_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto status = qingdan::net::parse_netbios_status(bytes);
  if (status && status->names.size() * 18 > size) std::abort();
  if (status && status->computer().size() > 15) std::abort();
  return 0;
}
