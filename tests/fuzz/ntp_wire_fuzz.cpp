// ntp_wire — time, control messages and their variables.
#include "qingdan/net/ntp_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  (void)qingdan::net::parse_ntp_time(bytes);
  if (const auto control = qingdan::net::parse_ntp_control(bytes)) {
    const auto joined = qingdan::net::join_ntp_control({*control, *control});
    (void)qingdan::net::parse_ntp_variables(joined.value_or(control->data));
  }
  return 0;
}
