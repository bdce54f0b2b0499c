#include "qingdan/net/postgres_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes typed(char type, BytesView body) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(type)).u32be(static_cast<std::uint32_t>(body.size() + 4));
  out.bytes(body);
  return std::move(out).take();
}

Bytes refusal() {
  using namespace std::string_view_literals;
  return typed('E', as_bytes("SFATAL\0VFATAL\0C0A000\0"
                             "Munsupported frontend protocol 255.255: server supports 3.0 to 3.0\0"
                             "Fpostmaster.c\0L2222\0RProcessStartupPacket\0\0"sv));
}

}  // namespace

TEST_CASE("the requests are those of the protocol", "[net][postgres]") {
  CHECK(to_hex(build_postgres_ssl_request()) == "0000000804d2162f");
  CHECK(to_hex(build_postgres_version_request()) == "0000000900ff00ff00");
}

TEST_CASE("the answer to SSLRequest is one byte", "[net][postgres]") {
  CHECK(parse_postgres_reply(as_bytes("S"))->tls == true);
  CHECK(parse_postgres_reply(as_bytes("N"))->tls == false);
  CHECK_FALSE(parse_postgres_reply(as_bytes("X")));
  CHECK_FALSE(parse_postgres_reply({}));
}

TEST_CASE("a refusal names source file, line and routine", "[net][postgres]") {
  const auto reply = parse_postgres_reply(refusal());
  REQUIRE(reply);
  REQUIRE(reply->error);
  CHECK(reply->error->severity == "FATAL");
  CHECK(reply->error->code == "0A000");
  CHECK(reply->error->file == "postmaster.c");
  CHECK(reply->error->line == "2222");
  CHECK(reply->error->routine == "ProcessStartupPacket");
  CHECK(reply->error->fields.size() == 7);
  CHECK(reply->error->message.find("3.0 to 3.0") != std::string::npos);
}

TEST_CASE("a refusal of protocol 2 is text up to NUL", "[net][postgres]") {
  const auto old = to_bytes(std::string_view("EFATAL:  unsupported frontend protocol\n\0", 40));
  CHECK(measure_postgres_message(old).size == old.size());
  CHECK(parse_postgres_reply(old)->error->message == "FATAL:  unsupported frontend protocol");
}

TEST_CASE("parameters and the kind of authentication are read", "[net][postgres]") {
  using namespace std::string_view_literals;
  auto bytes = typed('R', as_bytes("\0\0\0\x0a"sv));
  const auto parameter = typed('S', as_bytes("server_version\0"
                                             "9.2.4\0"sv));
  bytes.insert(bytes.end(), parameter.begin(), parameter.end());
  const auto reply = parse_postgres_reply(bytes);
  REQUIRE(reply);
  CHECK(reply->authentication == 10U);
  REQUIRE(reply->parameters.size() == 1);
  CHECK(reply->parameters[0].second == "9.2.4");
}

TEST_CASE("a message is whole only when all of it is there", "[net][postgres]") {
  const auto whole = refusal();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_postgres_message(BytesView(whole).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_postgres_message(whole).size == whole.size());
  CHECK(measure_postgres_message(as_bytes("HTTP/1.1 400")).foreign());
  CHECK(measure_postgres_message(typed('R', Bytes(70'000, 0))).foreign());
  CHECK(measure_postgres_message(*from_hex("5200000001")).foreign());
  CHECK(measure_postgres_message(Bytes(70'000, 'E')).foreign());
}

TEST_CASE("damaged PostgreSQL messages are survived", "[net][postgres]") {
  test::parse_damaged(refusal(), [](BytesView bytes) {
    (void)measure_postgres_message(bytes);
    (void)parse_postgres_reply(bytes);
  });
}
