// ssdp_wire — answers to a search: bounded headers, none of an empty name.
#include "qingdan/net/ssdp_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto answer = qingdan::net::parse_ssdp_answer(bytes);
  if (!answer) return 0;
  if (answer->headers.size() > 64) std::abort();
  for (const auto& [name, value] : answer->headers) {
    if (name.empty()) std::abort();
  }
  return 0;
}
