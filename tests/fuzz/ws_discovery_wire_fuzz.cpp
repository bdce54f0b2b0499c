// ws_discovery_wire — matches of a probe, in XML of any kind.
#include "qingdan/net/ws_discovery_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto matches = qingdan::net::parse_ws_probe_matches(bytes);
  if (!matches) return 0;
  if (matches->scopes.size() > 256 || matches->types.size() > 32) std::abort();
  static_cast<void>(qingdan::net::answers_probe(*matches, 1));
  return 0;
}
