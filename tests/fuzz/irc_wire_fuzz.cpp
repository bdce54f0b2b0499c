// irc_wire — lines of a server.
#include "qingdan/net/irc_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_irc(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto reply = qingdan::net::parse_irc(bytes);
  if (reply.any && extent.foreign()) std::abort();
  if (extent.whole() && !reply.any) std::abort();
  if (reply.notices.size() > 64 || reply.capabilities.size() > 64) std::abort();
  return 0;
}
