// dns_wire — messages with compression, and their TCP frame.
#include "qingdan/net/dns_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_dns_tcp(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto message = qingdan::net::parse_dns_message(bytes);
  if (message && message->answers.size() > size) std::abort();
  if (message && !message->questions.empty()) {
    const auto told = qingdan::net::pointer_of(*message, message->questions.front().name);
    if (told && told->size() > 4 * size) std::abort();  // \DDD
  }
  return 0;
}
