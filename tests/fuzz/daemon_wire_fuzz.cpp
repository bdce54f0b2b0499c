// daemon_wire — every parser on every input; only what is whole is read.
#include "qingdan/net/daemon_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure : {&measure_beanstalk, &measure_gearman, &measure_clamd, &measure_mqtt}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  if (parse_beanstalk(bytes) && !measure_beanstalk(bytes).whole()) std::abort();
  if (parse_gearman(bytes) && !measure_gearman(bytes).whole()) std::abort();
  if (parse_clamd(bytes) && !measure_clamd(bytes).whole()) std::abort();
  if (parse_mqtt(bytes) && !measure_mqtt(bytes).whole()) std::abort();
  return 0;
}
