// dtls_wire — first records of a server.
#include "qingdan/net/dtls_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto reply = qingdan::net::parse_dtls_reply(bytes);
  if (reply && reply->version.empty()) std::abort();
  return 0;
}
