// mysql_wire under foreign bytes: only whole packets are read, and never past their length.
#include "qingdan/net/mysql_wire.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const auto extent = mysql_extent({data, size});
  const auto greeting = parse_mysql_greeting({data, size});
  if (greeting && (!extent.whole() || extent.size > size)) std::abort();
  if (greeting && greeting->handshake.has_value() == greeting->error.has_value()) std::abort();
  return 0;
}
