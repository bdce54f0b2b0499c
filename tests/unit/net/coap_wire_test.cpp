#include "qingdan/net/coap_wire.h"

#include <catch2/catch.hpp>
#include "qingdan/base/text.h"

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes links(std::uint8_t first, std::uint8_t code) {
  ByteWriter out;
  out.u8(first).u8(code).u16be(0x1234).text("TOKN").u8(0xC1).u8(40).u8(0xB1).u8(6);
  out.u8(0xFF).text("</sensors>;rt=\"temp\"");
  return std::move(out).take();
}

}  // namespace

TEST_CASE("resources are asked for with path and block", "[net][coap]") {
  CHECK(to_hex(build_coap_discovery(0x1234, 0x01020304)) ==
        "54011234"
        "01020304"
        "bb2e77656c6c2d6b6e6f776e"
        "04636f7265"
        "c106");
  CHECK_FALSE(parse_coap_reply(build_coap_discovery(1, 2)));  // an echo
}

TEST_CASE("an answer has code, token and links", "[net][coap]") {
  const auto reply = parse_coap_reply(links(0x54, 0x45));
  REQUIRE(reply);
  CHECK(reply->code == "2.05");
  CHECK(reply->message_id == 0x1234);
  CHECK(as_text(reply->token) == "TOKN");
  CHECK(reply->payload == "</sensors>;rt=\"temp\"");
  const auto missing = parse_coap_reply(links(0x54, 0x84));
  REQUIRE(missing);
  CHECK(missing->code == "4.04");
}

TEST_CASE("a reset answers, a cut or foreign datagram does not", "[net][coap]") {
  const Bytes reset{0x70, 0, 0x12, 0x34};
  REQUIRE(parse_coap_reply(reset));
  CHECK(parse_coap_reply(reset)->code == "0.00");
  CHECK_FALSE(parse_coap_reply(Bytes{0x70, 0, 0x12, 0x34, 0}));
  CHECK_FALSE(parse_coap_reply(as_bytes("HTTP/1.1 400")));
  CHECK_FALSE(parse_coap_reply(Bytes{0x54, 0x45, 0, 1, 'T', 'O', 'K', 'N', 0xFF}));
  test::parse_damaged(links(0x54, 0x45), [](BytesView bytes) { return parse_coap_reply(bytes); });
}
