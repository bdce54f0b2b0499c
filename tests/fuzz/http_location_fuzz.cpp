// http_location under foreign text: whatever comes out is fit to stand in a request.
#include "qingdan/net/http_location.h"

#include <algorithm>
#include <cstdlib>

#include "qingdan/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const auto text = qingdan::as_text({data, size});
  const HttpLocation base{"http", "10.0.0.1", 8080, "/a/b?c"};
  const auto found = resolve_location(base, text);
  if (!found) return 0;
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
  const bool good = found->path.starts_with('/') && found->port != 0 && !found->host.empty() &&
                    std::all_of(found->path.begin(), found->path.end(), visible) &&
                    std::all_of(found->host.begin(), found->host.end(), visible);
  if (!good) std::abort();
  // Printed and read again it is the same place.
  if (found->to_string().size() <= 2048 && resolve_location(base, found->to_string()) != found) {
    std::abort();
  }
  return 0;
}
