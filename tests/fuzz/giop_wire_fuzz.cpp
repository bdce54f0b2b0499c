// giop_wire — every input; only what is whole is read, and references in references end.
#include "qingdan/net/giop_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  const auto extent = measure_giop(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto answer = parse_giop(bytes);
  if (!answer) return 0;
  if (!extent.whole()) std::abort();
  for (const auto* text : {&answer->type_id, &answer->host, &answer->exception}) {
    if (text->size() > kGiopTextMax || text->size() > size) std::abort();
  }
  if (answer->key.size() > kGiopTextMax) std::abort();
  return 0;
}
