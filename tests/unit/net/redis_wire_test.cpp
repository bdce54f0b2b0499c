#include "qingdan/net/redis_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {
const std::string kBody =
    "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nos:Linux 6.1.0 x86_64\r\n"
    "executable:/usr/bin/redis-server\r\nconfig_file:\r\n";
std::string bulk(const std::string& body) {
  return "$" + std::to_string(body.size()) + "\r\n" + body + "\r\n";
}
}  // namespace

TEST_CASE("INFO goes out as an array of bulk strings", "[net][redis]") {
  CHECK(as_text(build_redis_info()) == "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n");
}

TEST_CASE("the lines of INFO are read", "[net][redis]") {
  const auto stream = bulk(kBody);
  const auto reply = parse_redis_reply(as_bytes(stream));
  REQUIRE(reply);
  CHECK(reply->kind == RedisReply::Kind::bulk);
  CHECK_FALSE(reply->truncated);
  CHECK(reply->info.size() == 5);
  CHECK(reply->find_info("redis_version") == "7.0.15");
  CHECK(reply->find_info("config_file").empty());
  CHECK(reply->find_info("os") == "Linux 6.1.0 x86_64");
}

TEST_CASE("a RESP3 verbatim string loses its kind", "[net][redis]") {
  const auto body = "txt:redis_version:7.2.4\r\n";
  const auto stream = "=" + bulk(body).substr(1);
  CHECK(parse_redis_reply(as_bytes(stream))->find_info("redis_version") == "7.2.4");
}

TEST_CASE("an error has its code", "[net][redis]") {
  const auto locked = parse_redis_reply(as_bytes("-NOAUTH Authentication required.\r\n"));
  REQUIRE(locked);
  CHECK(locked->kind == RedisReply::Kind::error);
  CHECK(locked->error_code == "NOAUTH");
  CHECK(locked->text == "NOAUTH Authentication required.");
  CHECK(parse_redis_reply(as_bytes("-unknown command\r\n"))->error_code.empty());
}

TEST_CASE("a cut reply keeps what is there", "[net][redis]") {
  const auto stream = bulk(kBody).substr(0, 60);
  const auto reply = parse_redis_reply(as_bytes(stream));
  REQUIRE(reply);
  CHECK(reply->truncated);
  CHECK(reply->find_info("redis_version") == "7.0.15");
  const auto half = bulk(kBody).substr(0, 30);  // "redis_version:7." would be a lie
  CHECK(parse_redis_reply(as_bytes(half))->info.empty());
}

TEST_CASE("a reply is whole only when all of it is there", "[net][redis]") {
  const auto stream = bulk(kBody);
  for (std::size_t size = 0; size < stream.size(); ++size) {
    CHECK(measure_redis_reply(as_bytes(stream).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_redis_reply(as_bytes(stream)).size == stream.size());
  CHECK(measure_redis_reply(as_bytes("$-1\r\n")).size == 5);
  CHECK(measure_redis_reply(as_bytes("SSH-2.0-x\r\n")).foreign());
  CHECK(measure_redis_reply(as_bytes("$999999999\r\n")).foreign());
  CHECK(measure_redis_reply(as_bytes("$x\r\n")).foreign());
  CHECK(measure_redis_reply(as_bytes("+OK POP3 ready\r\n")).foreign());
  CHECK(measure_redis_reply(Bytes(5000, '-')).foreign());
}

TEST_CASE("damaged redis replies are survived", "[net][redis]") {
  const auto stream = bulk(kBody);
  test::parse_damaged(as_bytes(stream), [](BytesView b) { (void)parse_redis_reply(b); });
}
