// mongo_wire — messages and bare documents.
#include "qingdan/net/mongo_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_mongo_message(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  (void)qingdan::net::parse_mongo_replies(bytes);
  (void)qingdan::net::parse_bson(bytes);
  return 0;
}
