// snmp_wire — messages of all versions, engine ids.
#include "qingdan/net/snmp_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  if (const auto message = qingdan::net::parse_snmp_message(bytes)) {
    (void)qingdan::net::parse_snmp_engine_id(message->engine_id);
  }
  (void)qingdan::net::parse_snmp_engine_id(bytes);
  return 0;
}
