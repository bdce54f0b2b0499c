// ber — elements and their contents.
#include "../../src/net/ber.h"  // not public: only net reads BER

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  qingdan::ByteReader reader(bytes);
  if (const auto whole = qingdan::net::ber::element_size(bytes, 65536); whole && *whole > size) {
    std::abort();
  }
  while (const auto element = qingdan::net::ber::next(reader)) {
    (void)qingdan::net::ber::to_integer(element->body);
    (void)qingdan::net::ber::to_unsigned(element->body);
    (void)qingdan::net::ber::to_oid(element->body);
  }
  return 0;
}
