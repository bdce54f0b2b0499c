// memcached_wire — what is measured as whole is parsed, and nothing else.
#include "qingdan/net/memcached_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_memcached_reply(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (extent.whole() != qingdan::net::parse_memcached_reply(bytes).has_value()) std::abort();
  const auto line = qingdan::net::find_memcached_udp(bytes, 1);
  if (line && line->size() + 8 != size) std::abort();
  return 0;
}
