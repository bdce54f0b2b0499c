// relay_wire — every parser on every input; only what is whole is read, but S0 and S1 without S2.
#include "qingdan/net/relay_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure : {&measure_socks, &measure_fastcgi, &measure_rtmp}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  if (parse_socks(bytes) && !measure_socks(bytes).whole()) std::abort();
  if (parse_fastcgi(bytes) && !measure_fastcgi(bytes).whole()) std::abort();
  if (parse_rtmp(bytes) && measure_rtmp(bytes).foreign()) std::abort();
  return 0;
}
