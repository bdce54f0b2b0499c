// x509 under foreign bytes: names are UTF-8 without control characters, digests are always there.
#include "qingdan/net/x509.h"

#include <algorithm>
#include <cstdlib>

#include "qingdan/base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan;
  const auto seen = net::parse_certificate({data, size});
  if (!seen) return 0;
  if (seen->sha256.size() != 64) std::abort();
  for (const auto* text : {&seen->subject.text, &seen->issuer.text}) {
    const bool controls = std::any_of(text->begin(), text->end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (controls || !is_utf8(*text)) std::abort();
  }
  return 0;
}
