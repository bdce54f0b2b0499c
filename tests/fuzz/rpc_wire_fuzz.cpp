// rpc_wire — every parser on every input; only what is whole is read, but for RocketMQ's lists.
#include "qingdan/net/rpc_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure : {&measure_dubbo, &measure_rocketmq, &measure_bolt, &measure_openwire}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  if (parse_dubbo(bytes) && !measure_dubbo(bytes).whole()) std::abort();
  if (parse_bolt(bytes) && !measure_bolt(bytes).whole()) std::abort();
  if (parse_openwire(bytes) && !measure_openwire(bytes).whole()) std::abort();
  const auto answer = parse_rocketmq(bytes);
  if (answer.has_value() && measure_rocketmq(bytes).foreign()) std::abort();
  if (answer && rocketmq_version_text(answer->version).size() > 32) std::abort();
  return 0;
}
