// iscsi_wire — what is whole is answered with a request of ours or not at all; nothing else is read.
#include "qingdan/net/iscsi_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  const auto extent = measure_iscsi(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto turn = answer_iscsi(bytes);
  if (turn.ours != extent.whole() || (!turn.ours && !turn.send.empty())) std::abort();
  if (measure_iscsi(turn.send).whole()) std::abort();  // a request is no answer
  if (parse_iscsi(bytes) && !extent.whole()) std::abort();
  return 0;
}
