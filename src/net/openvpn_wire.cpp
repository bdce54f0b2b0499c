// openvpn_wire — see the header.
#include "qingdan/net/openvpn_wire.h"

namespace qingdan::net {

namespace {

// "Packet opcodes": five bits of opcode, three of key id.
constexpr std::uint8_t kClientReset = 7 << 3;
constexpr std::uint8_t kServerReset = 8 << 3;
constexpr std::size_t kAcksMax = 8;  // reliable.h: RELIABLE_ACK_SIZE
constexpr std::size_t kPacketMax = 1500;
constexpr std::size_t kResetMin = 14;  // opcode, session, no acknowledgement, packet id

}  // namespace

Bytes build_openvpn_reset(std::uint64_t session) {
  ByteWriter out;
  out.u8(kClientReset).u64be(session).u8(0).u32be(0);
  return std::move(out).take();
}

Bytes build_openvpn_reset_tcp(std::uint64_t session) {
  const auto packet = build_openvpn_reset(session);
  ByteWriter out;
  out.u16be(static_cast<std::uint16_t>(packet.size())).bytes(packet);
  return std::move(out).take();
}

Extent measure_openvpn_tcp(BytesView stream) {
  using State = Extent::State;
  if (stream.size() < 3) return {};
  const std::size_t size = static_cast<std::size_t>(stream[0]) << 8 | stream[1];
  if (size < kResetMin || size > kPacketMax || stream[2] != kServerReset)
    return {State::foreign, 0};
  return stream.size() < size + 2 ? Extent{} : Extent{State::whole, size + 2};
}

std::optional<OpenvpnReset> parse_openvpn_reset(BytesView packet) {
  ByteReader reader(packet);
  const auto opcode = reader.u8();
  OpenvpnReset reset;
  reset.session = reader.u64be();
  const std::size_t acks = reader.u8();
  if (!reader || opcode != kServerReset || acks > kAcksMax) return std::nullopt;
  reader.skip(4 * acks);
  if (acks > 0) reset.remote_session = reader.u64be();
  reader.skip(4);  // its packet id
  if (!reader || reset.session == 0) return std::nullopt;
  return reset;
}

}  // namespace qingdan::net
