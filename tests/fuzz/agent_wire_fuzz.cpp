// agent_wire — every parser on every input; what is whole is read and within its bounds.
#include "qingdan/net/agent_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const qingdan::BytesView bytes(data, size);
  for (const auto measure : {&measure_apcupsd, &measure_epmd, &measure_zabbix, &measure_nrpe}) {
    const auto extent = measure(bytes);
    if (extent.whole() && extent.size > size) std::abort();
  }
  if (parse_apcupsd(bytes).has_value() != measure_apcupsd(bytes).whole()) std::abort();
  if (parse_zabbix(bytes).has_value() != measure_zabbix(bytes).whole()) std::abort();
  if (parse_nrpe(bytes).has_value() != measure_nrpe(bytes).whole()) std::abort();
  if (parse_epmd(bytes) && measure_epmd(bytes).foreign()) std::abort();
  return 0;
}
