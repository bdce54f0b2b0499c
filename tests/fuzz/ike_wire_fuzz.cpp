// ike_wire — messages of both versions; every payload costs four bytes at least.
#include "qingdan/net/ike_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto reply = qingdan::net::parse_ike_reply(bytes);
  if (!reply) return 0;
  if ((reply->vendors.size() + reply->notices.size()) * 4 + 28 > size) std::abort();
  if (reply->initiator == 0) std::abort();
  return 0;
}
