// redis_wire — what is measured as whole is parsed.
#include "qingdan/net/redis_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_redis_reply(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto reply = qingdan::net::parse_redis_reply(bytes);
  if (extent.whole() && !reply) std::abort();
  return 0;
}
