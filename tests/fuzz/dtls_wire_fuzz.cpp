// dtls_wire — datagrams of a server, framed or one alone, put together.
#include "qingdan/net/dtls_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto reply = qingdan::net::parse_dtls_reply(bytes);
  const bool alone = qingdan::net::is_dtls_reply(bytes);
  if (alone && !reply) std::abort();
  if (!reply) return 0;
  const auto& answer = reply->answer;
  std::size_t kept = 0;
  for (const auto& der : answer.certificates) kept += der.size();
  if (kept > size || kept > qingdan::net::kDtlsFlightMax) std::abort();
  if (answer.version == 0 && (answer.cipher != 0 || kept > 0)) std::abort();
  if (reply->cookie && reply->cookie->size() > 255) std::abort();
  return 0;
}
