// vnc_wire under foreign bytes.
#include "qingdan/net/vnc_wire.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const auto stream = parse_vnc_stream({data, size});
  if (stream.version.empty() && (!stream.security.empty() || !stream.refusal.empty())) std::abort();
  const auto answer = build_vnc_version(stream);
  if (answer.size() != (stream.version.empty() ? 0U : 12U)) std::abort();
  return 0;
}
