// telnet_wire under foreign bytes: we never say more than we were asked.
#include "qingdan/net/telnet_wire.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const auto stream = parse_telnet({data, size});
  if (stream.text.size() + 3 * stream.commands.size() > size) std::abort();
  if (build_refusals(stream, 0).size() > 3 * stream.commands.size()) std::abort();
  return 0;
}
