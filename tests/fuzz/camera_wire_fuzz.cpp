// camera_wire — notices of devices, as JSON and as XML; no question is one.
#include "qingdan/net/camera_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto parse : {&parse_dahua_device, &parse_sadp_device}) {
    const auto answer = parse(bytes);
    if (!answer) continue;
    for (const auto* text : {&answer->kind, &answer->model, &answer->version, &answer->serial,
                             &answer->mac, &answer->name, &answer->maker}) {
      if (text->size() > kCameraTextMax || text->size() > size) std::abort();
    }
  }
  if (answers_inquiry(bytes, 0) && size < 36) std::abort();
  return 0;
}
