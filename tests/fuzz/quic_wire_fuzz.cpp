// quic_wire — version negotiation; every version has a name.
#include "qingdan/net/quic_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto said = qingdan::net::parse_quic_versions(bytes);
  if (!said) return 0;
  if (said->versions.size() * 4 > size) std::abort();
  for (const auto version : said->versions) {
    if (qingdan::net::quic_version_name(version).empty()) std::abort();
  }
  return 0;
}
