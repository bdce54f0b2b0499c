// capwap_wire — answers alone are read, and no text is longer than what came.
#include "qingdan/net/capwap_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const auto answer = parse_capwap_answer(qingdan::BytesView(data, size));
  if (!answer) return 0;
  if (answer->name.size() > kCapwapTextMax || answer->name.size() > size) std::abort();
  // As hex a version is twice as long as it came.
  if (answer->software.size() > 2 * kCapwapTextMax) std::abort();
  if (answer->hardware.size() > 2 * kCapwapTextMax) std::abort();
  return 0;
}
