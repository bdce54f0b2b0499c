// kerberos_wire — a KRB-ERROR of any bytes; with a length before it, it says the same.
#include "qingdan/net/kerberos_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan;
  const BytesView bytes(data, size);
  const auto extent = net::measure_kerberos_error_tcp(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  const auto bare = net::parse_kerberos_error(bytes);
  if (!bare || size == 0 || bytes[0] != 0x7E || size > 4096) return 0;
  ByteWriter out;
  out.u32be(size).bytes(bytes);
  const auto framed = net::parse_kerberos_error(std::move(out).take());
  if (!framed || framed->code != bare->code || framed->text != bare->text) std::abort();
  return 0;
}
