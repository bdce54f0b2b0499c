// mysql_wire — handshakes and refusals.
#include "qingdan/net/mysql_wire.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan;
using namespace qingdan::net;

namespace {
MysqlHandshake mysql8() {
  MysqlHandshake shake;
  shake.version = "8.0.36";
  shake.connection = 42;
  shake.capabilities = 0xDFFFFFFF;
  shake.charset = 255;
  shake.status = 2;
  shake.auth_plugin = "caching_sha2_password";
  return shake;
}
Bytes built(const MysqlHandshake& shake) { return build_mysql_greeting({shake, {}}); }
}  // namespace

TEST_CASE("a handshake is read", "[net][mysql_wire]") {
  const auto seen = parse_mysql_greeting(built(mysql8()));
  REQUIRE(seen);
  REQUIRE(seen->handshake);
  CHECK(seen->handshake->version == "8.0.36");
  CHECK(seen->handshake->connection == 42);
  CHECK(seen->handshake->capabilities == 0xDFFFFFFF);
  CHECK(seen->handshake->charset == 255);
  CHECK(seen->handshake->auth_plugin == "caching_sha2_password");
  CHECK(seen->handshake->offers_tls());
  CHECK_FALSE(seen->handshake->mariadb_prefix);
}

TEST_CASE("MariaDB's prefix is flagged and kept", "[net][mysql_wire]") {
  auto shake = mysql8();
  shake.version = "5.5.5-10.11.6-MariaDB-0+deb12u1";
  const auto seen = parse_mysql_greeting(built(shake));
  REQUIRE(seen);
  CHECK(seen->handshake->version == "5.5.5-10.11.6-MariaDB-0+deb12u1");
  CHECK(seen->handshake->own_version() == "10.11.6-MariaDB-0+deb12u1");
}

TEST_CASE("a handshake from before 4.1 is read", "[net][mysql_wire]") {
  ByteWriter body;
  body.u8(10).text("3.23.58").u8(0).u32le(1).fill(9).u16le(0x0C);
  ByteWriter packet;
  packet.u24le(static_cast<std::uint32_t>(body.size())).u8(0).bytes(body.view());
  const auto seen = parse_mysql_greeting(packet.view());
  REQUIRE(seen);
  CHECK(seen->handshake->version == "3.23.58");
  CHECK(seen->handshake->auth_plugin.empty());
}

TEST_CASE("a refusal is read, with or without a state", "[net][mysql_wire]") {
  MysqlGreeting refused;
  refused.error = MysqlError{1130, "", "Host '10.0.0.9' is not allowed to connect"};
  auto seen = parse_mysql_greeting(build_mysql_greeting(refused));
  REQUIRE(seen);
  CHECK_FALSE(seen->handshake);
  CHECK(seen->error->code == 1130);
  CHECK(seen->error->message == "Host '10.0.0.9' is not allowed to connect");
  refused.error->sql_state = "HY000";
  seen = parse_mysql_greeting(build_mysql_greeting(refused));
  CHECK(seen->error->sql_state == "HY000");
  CHECK(seen->error->message == "Host '10.0.0.9' is not allowed to connect");
}

TEST_CASE("a packet is whole only with its last byte", "[net][mysql_wire]") {
  const auto packet = built(mysql8());
  for (std::size_t size = 0; size < packet.size(); ++size) {
    CHECK(mysql_extent(BytesView(packet).first(size)).state == Extent::State::partial);
    CHECK_FALSE(parse_mysql_greeting(BytesView(packet).first(size)));
  }
  CHECK(mysql_extent(packet).whole());
  CHECK(mysql_extent(packet).size == packet.size());
}

TEST_CASE("what is not MySQL is told at once", "[net][mysql_wire]") {
  for (const auto* text : {"SSH-2.0-x\r\n", "220 hello\r\n", "HTTP/1.1 400"}) {
    CHECK(mysql_extent(as_bytes(text)).foreign());
    CHECK_FALSE(parse_mysql_greeting(as_bytes(text)));
  }
  const Bytes unprintable{7, 0, 0, 0, 10, 1, 0, 0, 0, 0, 0};
  CHECK_FALSE(parse_mysql_greeting(unprintable));
}
