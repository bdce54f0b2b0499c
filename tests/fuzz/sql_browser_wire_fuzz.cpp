// sql_browser_wire — lists of instances: each has a server, and there are no more than fit.
#include "qingdan/net/sql_browser_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto instances = qingdan::net::parse_sql_browser_reply(bytes);
  if (!instances) return 0;
  if (instances->empty() || instances->size() > 64) std::abort();
  for (const auto& one : *instances) {
    if (one.server.empty()) std::abort();
  }
  return 0;
}
