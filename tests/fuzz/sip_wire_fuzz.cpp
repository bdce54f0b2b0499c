// sip_wire — what is measured as whole is parsed.
#include "qingdan/net/sip_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_text_response(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto responses = qingdan::net::parse_text_responses(bytes);
  if (extent.whole() && responses.empty()) std::abort();
  return 0;
}
