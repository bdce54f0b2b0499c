#include "qingdan/net/dtls_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes record(std::uint8_t type, std::uint16_t version, BytesView body) {
  ByteWriter out;
  out.u8(type).u16be(version).u16be(0).fill(6).u16be(static_cast<std::uint16_t>(body.size()));
  out.bytes(body);
  return std::move(out).take();
}
Bytes handshake(std::uint8_t type, BytesView body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  ByteWriter out;
  out.u8(type).u24be(size).u16be(0).u24be(0).u24be(size).bytes(body);
  return std::move(out).take();
}
Bytes verify_request() {
  ByteWriter body;
  body.u16be(0xFEFF).u8(20).fill(20, 'c');
  return record(22, 0xFEFF, handshake(3, body.view()));
}

}  // namespace

TEST_CASE("a hello says its lengths three times alike", "[net][dtls]") {
  const auto hello = build_dtls_client_hello(7);
  ByteReader reader(hello);
  CHECK(reader.u8() == 22);
  reader.skip(10);
  CHECK(reader.u16be() == hello.size() - 13);
  CHECK(reader.u8() == 1);
  CHECK(reader.u24be() == hello.size() - 25);
  reader.skip(5);
  CHECK(reader.u24be() == hello.size() - 25);
  CHECK_FALSE(parse_dtls_reply(hello));  // an echo
}

TEST_CASE("a cookie, a hello and an alert all answer", "[net][dtls]") {
  const auto verify = parse_dtls_reply(verify_request());
  REQUIRE(verify);
  CHECK(verify->kind == DtlsReply::Kind::verify_request);
  ByteWriter body;
  body.u16be(0xFEFD).fill(32, 'r').u8(0).u16be(0xC02F).u8(0);
  const auto hello = parse_dtls_reply(record(22, 0xFEFD, handshake(2, body.view())));
  REQUIRE(hello);
  CHECK(hello->kind == DtlsReply::Kind::server_hello);
  CHECK(hello->version == "1.2");
  CHECK(hello->cipher == 0xC02F);
  const auto alert = parse_dtls_reply(record(21, 0xFEFD, Bytes{2, 40}));
  REQUIRE(alert);
  CHECK(alert->alert == 40);
}

TEST_CASE("records of TLS, cut ones and other bytes are no answer", "[net][dtls]") {
  CHECK_FALSE(parse_dtls_reply(record(21, 0x0303, Bytes{2, 40})));
  CHECK_FALSE(parse_dtls_reply(record(21, 0xFEFD, Bytes{3, 40})));
  CHECK_FALSE(parse_dtls_reply(BytesView(verify_request()).first(20)));
  test::parse_damaged(verify_request(), [](BytesView bytes) { return parse_dtls_reply(bytes); });
}
