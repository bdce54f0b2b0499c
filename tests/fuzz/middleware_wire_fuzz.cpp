// middleware_wire — every parser on every input; a whole reply is never longer than what came.
#include "qingdan/net/middleware_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure :
       {&measure_zookeeper, &measure_t3, &measure_ajp_cpong, &measure_rmi_ack, &measure_kafka}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  static_cast<void>(parse_zookeeper(bytes));
  static_cast<void>(parse_t3(bytes));
  if (parse_rmi_ack(bytes) && !measure_rmi_ack(bytes).whole()) std::abort();
  if (parse_kafka_api_versions(bytes) && !measure_kafka(bytes).whole()) std::abort();
  return 0;
}
