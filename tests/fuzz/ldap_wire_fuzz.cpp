// ldap_wire — what is measured as whole is parsed.
#include "qingdan/net/ldap_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_ldap_answer(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto answer = qingdan::net::parse_ldap_answer(bytes);
  if (extent.whole() && !answer) std::abort();
  return 0;
}
