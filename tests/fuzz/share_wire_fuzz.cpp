// share_wire — every parser on every input; only what is whole is read.
#include "qingdan/net/share_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure : {&measure_svn, &measure_rsync, &measure_git}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  if (parse_svn(bytes) && !measure_svn(bytes).whole()) std::abort();
  if (parse_rsync(bytes) && !measure_rsync(bytes).whole()) std::abort();
  if (parse_git(bytes) && !measure_git(bytes).whole()) std::abort();
  return 0;
}
