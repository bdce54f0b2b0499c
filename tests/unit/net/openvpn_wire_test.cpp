#include "qingdan/net/openvpn_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes server_reset(std::uint64_t remote) {
  ByteWriter out;
  out.u8(0x40).u64be(0xA1A2'A3A4'A5A6'A7A8U).u8(1).u32be(0).u64be(remote).u32be(0);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("a client's reset is fourteen bytes, with a length over TCP", "[net][openvpn]") {
  const auto reset = build_openvpn_reset(7);
  CHECK(reset.size() == 14);
  CHECK(reset[0] == 0x38);
  CHECK_FALSE(parse_openvpn_reset(reset));  // an echo
  const auto tcp = build_openvpn_reset_tcp(7);
  CHECK(tcp[1] == 14);
  CHECK(measure_openvpn_tcp(tcp).foreign());
}

TEST_CASE("a server's reset names both sessions", "[net][openvpn]") {
  const auto reset = parse_openvpn_reset(server_reset(7));
  REQUIRE(reset);
  CHECK(reset->session == 0xA1A2'A3A4'A5A6'A7A8U);
  CHECK(reset->remote_session == 7);
}

TEST_CASE("over TCP the length says where it ends", "[net][openvpn]") {
  const auto packet = server_reset(7);
  ByteWriter stream;
  stream.u16be(static_cast<std::uint16_t>(packet.size())).bytes(packet);
  CHECK(measure_openvpn_tcp(stream.view()).size == packet.size() + 2);
  CHECK_FALSE(measure_openvpn_tcp(stream.view().first(9)).whole());
  CHECK(measure_openvpn_tcp(as_bytes("SSH-2.0-x\r\n")).foreign());
  test::parse_damaged(packet, [](BytesView bytes) { return parse_openvpn_reset(bytes); });
}
