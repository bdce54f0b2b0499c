// bacnet_wire — a reply is one of the three kinds, and what it tells lies within the datagram.
#include "qingdan/net/bacnet_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using qingdan::net::BacnetReply;
  const auto reply = qingdan::net::parse_bacnet_reply(qingdan::BytesView(data, size));
  if (!reply) return 0;
  if (reply->text.size() > size) std::abort();
  if (reply->kind != BacnetReply::Kind::value && !reply->text.empty()) std::abort();
  if (reply->instance > 4'194'303) std::abort();
  return 0;
}
