#include "qingdan/net/memcached_wire.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::net;

TEST_CASE("a version line gives the version", "[net][memcached]") {
  CHECK(as_text(build_memcached_version()) == "version\r\n");
  const auto reply = parse_memcached_reply(as_bytes("VERSION 1.6.18\r\n"));
  REQUIRE(reply);
  CHECK(reply->version == "1.6.18");
  CHECK(reply->error.empty());
}

TEST_CASE("an error line is kept as it is", "[net][memcached]") {
  const auto reply = parse_memcached_reply(as_bytes("CLIENT_ERROR unauthenticated\r\n"));
  REQUIRE(reply);
  CHECK(reply->error == "CLIENT_ERROR unauthenticated");
  CHECK(parse_memcached_reply(as_bytes("SERVER_ERROR out of memory\r\n")));
  CHECK_FALSE(parse_memcached_reply(as_bytes("ERROR\r\n")));  // anybody says that
}

TEST_CASE("a line is whole at its end and foreign where it cannot be one", "[net][memcached]") {
  const std::string line = "VERSION 1.6.18\r\n";
  for (std::size_t size = 0; size < line.size(); ++size) {
    CHECK(measure_memcached_reply(as_bytes(line).first(size)).state == Extent::State::partial);
    CHECK_FALSE(parse_memcached_reply(as_bytes(line).first(size)));
  }
  CHECK(measure_memcached_reply(as_bytes(line)).size == line.size());
  CHECK(measure_memcached_reply(as_bytes("HTTP/1.1 400 Bad Request\r\n")).foreign());
  CHECK(measure_memcached_reply(as_bytes("VERSION " + std::string(2000, '1'))).foreign());
}

TEST_CASE("over UDP the line stands behind a frame that names the request", "[net][memcached]") {
  const auto request = build_memcached_version_udp(0x0102);
  CHECK(as_text(request) == std::string_view("\1\2\0\0\0\1\0\0version\r\n", 17));
  const std::string reply("\1\2\0\0\0\1\0\0VERSION 1.6.18\r\n", 24);
  const auto line = find_memcached_udp(as_bytes(reply), 0x0102);
  REQUIRE(line);
  CHECK(as_text(*line) == "VERSION 1.6.18\r\n");
  CHECK_FALSE(find_memcached_udp(as_bytes(reply), 0x0103));
  CHECK_FALSE(find_memcached_udp(as_bytes(reply).first(7), 0x0102));
  CHECK_FALSE(parse_memcached_reply(*find_memcached_udp(request, 0x0102)));  // an echo
}
