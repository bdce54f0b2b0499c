// ssh_wire under foreign bytes: what was read once is read again from its own building.
#include "qingdan/net/ssh_wire.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan;
  const auto stream = net::parse_ssh_stream({data, size});
  if (stream.kexinit && (!stream.ident || !stream.complete)) std::abort();
  if (stream.ident && stream.ident->line.size() > net::kSshLineMax) std::abort();
  if (!stream.kexinit) return 0;
  Bytes again = net::build_ssh_ident("x");
  const auto packet = net::build_ssh_kexinit(*stream.kexinit);
  again.insert(again.end(), packet.begin(), packet.end());
  const auto second = net::parse_ssh_stream(again);
  if (!second.kexinit || net::offer_digest(*second.kexinit) != net::offer_digest(*stream.kexinit)) {
    std::abort();
  }
  return 0;
}
