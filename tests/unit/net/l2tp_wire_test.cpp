#include "qingdan/net/l2tp_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

ByteWriter& avp(ByteWriter& out, std::uint16_t type, std::string_view value) {
  return out.u16be(static_cast<std::uint16_t>(0x8000 | (value.size() + 6)))
      .u16be(0)
      .u16be(type)
      .text(value);
}
Bytes l2tp_message(const ByteWriter& avps) {
  ByteWriter out;
  out.u16be(0xC802).u16be(static_cast<std::uint16_t>(12 + avps.size())).u16be(77).u16be(0);
  out.u16be(0).u16be(1).bytes(avps.view());
  return std::move(out).take();
}
Bytes agreement() {
  ByteWriter avps;
  avp(avps, 0, std::string_view("\0\2", 2));
  avp(avps, 6, "\x06\x90");
  avp(avps, 7, "vpn-gw");
  avp(avps, 8, "xelerance.com");
  avp(avps, 9, "\x12\x34");
  return l2tp_message(avps);
}

}  // namespace

TEST_CASE("a request for a tunnel and its goodbye are control messages", "[net][l2tp]") {
  const auto start = build_l2tp_start(77);
  CHECK(start[0] == 0xC8);
  CHECK(start[3] == start.size());
  CHECK_FALSE(parse_l2tp_reply(start));  // an echo
  const auto stop = parse_l2tp_reply(build_l2tp_stop(0x1234, 77));
  REQUIRE(stop);
  CHECK(stop->tunnel == 0x1234);
  CHECK(stop->message == 4);
  CHECK(stop->peer_tunnel == 77);
}

TEST_CASE("who agrees says who it is", "[net][l2tp]") {
  const auto reply = parse_l2tp_reply(agreement());
  REQUIRE(reply);
  CHECK(reply->tunnel == 77);
  CHECK(reply->message == 2);
  CHECK(reply->peer_tunnel == 0x1234);
  CHECK(reply->host == "vpn-gw");
  CHECK(reply->vendor == "xelerance.com");
  CHECK(reply->firmware == 0x0690);
}

TEST_CASE("refusals carry their text, bare acknowledgements nothing", "[net][l2tp]") {
  ByteWriter avps;
  avp(avps, 0, std::string_view("\0\4", 2));
  avp(avps, 1, std::string_view("\0\2\0\4No resources", 16));
  const auto refusal = parse_l2tp_reply(l2tp_message(avps));
  REQUIRE(refusal);
  CHECK(refusal->error == "No resources");
  const auto bare = parse_l2tp_reply(l2tp_message({}));
  REQUIRE(bare);
  CHECK(bare->message == 0);
  CHECK_FALSE(parse_l2tp_reply(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")));
  test::parse_damaged(agreement(), [](BytesView bytes) { return parse_l2tp_reply(bytes); });
}
