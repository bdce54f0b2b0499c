// frame under foreign bytes, F3: whatever a parser hands out lies inside what it was given.
#include "qingdan/net/frame.h"

#include <cstdlib>

#include "qingdan/net/tcp_signature.h"

using qingdan::BytesView;

namespace {

void check_inside(BytesView piece, BytesView whole) {
  if (piece.empty()) return;
  if (piece.data() < whole.data()) std::abort();
  if (piece.data() + piece.size() > whole.data() + whole.size()) std::abort();
}

void read_packet(BytesView bytes) {
  using Kind = qingdan::net::Packet::Kind;
  const auto packet = qingdan::net::parse_packet(bytes);
  (void)qingdan::net::parse_neighbour_advertisement(bytes);
  (void)qingdan::net::parse_arp_reply(bytes);
  if (!packet) return;
  check_inside(packet->options, bytes);
  check_inside(packet->payload, bytes);
  if (packet->options.size() > 40) std::abort();
  if (packet->source.is_v6() != packet->target.is_v6()) std::abort();
  if (packet->kind == Kind::tcp && qingdan::net::tcp_signature(*packet).size() > 300) std::abort();
  if (packet->kind == Kind::icmp_error && packet->quoted.protocol == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(data, size);
  read_packet(bytes);
  const auto frame = qingdan::net::parse_ethernet(bytes);
  if (!frame) return 0;
  check_inside(frame->payload, bytes);
  read_packet(frame->payload);
  return 0;
}
