// postgres_wire — a message measured as whole lies within the input.
#include "qingdan/net/postgres_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_postgres_message(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  (void)qingdan::net::parse_postgres_reply(bytes);
  return 0;
}
