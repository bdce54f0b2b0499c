// tftp_wire — what answers a read request; a message is never longer than its packet.
#include "qingdan/net/tftp_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto reply = qingdan::net::parse_tftp_reply(bytes);
  if (reply && reply->message.size() > size) std::abort();
  return 0;
}
