// remote_wire — every parser on every input; only what is whole is read.
#include "qingdan/net/remote_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure : {&measure_pptp, &measure_afp, &measure_nats}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  if (parse_pptp(bytes) && !measure_pptp(bytes).whole()) std::abort();
  if (parse_afp(bytes) && !measure_afp(bytes).whole()) std::abort();
  if (parse_nats(bytes) && !measure_nats(bytes).whole()) std::abort();
  return 0;
}
