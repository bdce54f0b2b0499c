// ntlm_wire — challenges, offers; UTF-16 always becomes UTF-8.
#include "qingdan/net/ntlm_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "qingdan/base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  (void)qingdan::net::parse_ntlm_challenge(bytes);
  (void)qingdan::net::parse_spnego_offer(bytes);
  if (!qingdan::is_utf8(qingdan::net::text_of_utf16le(bytes))) std::abort();
  return 0;
}
