// ssh_kex_wire — what a server says up to its host key.
#include "qingdan/net/ssh_kex_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto stream = qingdan::net::parse_ssh_key_stream({data, size});
  if (stream.key && (!stream.complete || stream.key->sha256.size() != 64)) std::abort();
  return 0;
}
