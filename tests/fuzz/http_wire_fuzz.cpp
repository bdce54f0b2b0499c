// http_wire under foreign bytes: parsing, completeness and decoding agree and stay in bounds.
#include "qingdan/net/http_wire.h"

#include <cstdlib>

#include "qingdan/base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan;
  const BytesView bytes(data, size);
  const bool complete = net::is_complete(bytes);
  const auto response = net::parse_response(bytes);
  if (complete && !response) std::abort();
  if (!response) return 0;
  if (response->body.size() + response->header_block.size() > size) std::abort();
  if (!is_utf8(net::decode_body(*response))) std::abort();
  return 0;
}
