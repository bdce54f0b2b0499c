// tls_wire — what a server says to a hello, with and without the channel's line before it.
#include "qingdan/net/tls_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void look(const std::optional<qingdan::net::TlsAnswer>& answer, std::size_t size) {
  if (!answer) return;
  std::size_t kept = 0;
  for (const auto& der : answer->certificates) kept += der.size();
  if (kept > size || answer->certificates.size() > qingdan::net::kTlsCertificatesMax) std::abort();
  if (answer->version == 0 && answer->cipher != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  look(qingdan::net::parse_tls_answer(bytes), size);
  const auto record = qingdan::net::read_tls_record(bytes);
  if (!record) return 0;
  look(qingdan::net::parse_tls_answer(record->stream), size);
  const auto again = qingdan::net::write_tls_record(*record);
  if (again != qingdan::Bytes(bytes.begin(), bytes.end())) std::abort();
  return 0;
}
