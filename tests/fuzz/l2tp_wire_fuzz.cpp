// l2tp_wire — control messages that answer; none is a request.
#include "qingdan/net/l2tp_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto reply = qingdan::net::parse_l2tp_reply(bytes);
  if (reply && reply->message == 1) std::abort();
  if (reply && reply->host.size() + reply->vendor.size() > size) std::abort();
  return 0;
}
