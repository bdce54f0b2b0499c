// spice_wire — a reply of any bytes; what is read of it is within what the header says.
#include "qingdan/net/spice_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reply = qingdan::net::parse_spice_reply(qingdan::BytesView(data, size));
  if (reply && (reply->major > 15 || reply->minor > 15 || reply->error > 11)) std::abort();
  return 0;
}
