// coap_wire — responses and resets; never a request.
#include "qingdan/net/coap_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto reply = qingdan::net::parse_coap_reply(bytes);
  if (!reply) return 0;
  if (reply->code.size() != 4 || reply->token.size() > 8) std::abort();
  if (reply->payload.size() > size) std::abort();
  return 0;
}
