// h2_exchange under foreign bytes: whatever a server says, in whichever pieces, what is kept stays in
// its bounds and begins as an answer does.
#include "qingdan/net/h2_exchange.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

using qingdan::BytesView;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  BytesView left(data, size);
  H2Exchange exchange({"192.0.2.7", 8080, false, "/"});
  (void)exchange.take_outgoing();
  const std::size_t piece = size == 0 ? 1 : 1 + data[0] % 64;
  bool more = true;
  while (more && !left.empty()) {
    const auto part = left.first(std::min(piece, left.size()));
    left = left.subspan(part.size());
    more = exchange.on_received(part);
    (void)exchange.take_outgoing();
  }
  const auto response = exchange.response();
  // Names, values and what stands between them; then the body.
  constexpr std::size_t kMost = kHttpHeadMax + kHttpHeadersMax * 4 + 64 + kH2BodyMax;
  if (response.size() > kMost) std::abort();
  if (!response.empty() && !qingdan::as_text(response).starts_with("HTTP/2 ")) std::abort();
  return 0;
}
