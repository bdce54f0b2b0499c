#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

TEST_CASE("redis is asked for its server section and nothing more", "[probe][redis]") {
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{7}, std::size_t{1}}) {
    auto conversation = make_redis(test::setting_of(6379));
    const auto body = "# Server\r\nredis_version:7.0.15\r\nos:L\r\n";
    const auto info = "$" + std::to_string(std::string(body).size()) + "\r\n" + body + "\r\n";
    const auto played = test::play_stream(*conversation, {to_bytes(info)}, piece);
    REQUIRE(played.sent.size() == 1);
    CHECK(as_text(played.sent[0]) == "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n");
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kRedis);
    CHECK(as_text(played.heard[0].raw) == info);
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("a redis that wants a password has answered", "[probe][redis]") {
  auto conversation = make_redis(test::setting_of(6379));
  const auto played =
      test::play_stream(*conversation, {to_bytes("-NOAUTH Authentication required.\r\n")}, 100);
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kRedis);
}

TEST_CASE("a cut INFO is still redis, cut short", "[probe][redis]") {
  auto conversation = make_redis(test::setting_of(6379));
  const auto cut = to_bytes("$500\r\n# Server\r\nredis_version:7.0.15\r\n");
  const auto played = test::play_stream(*conversation, {cut}, 100, End::deadline);
  CHECK_FALSE(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kRedis);
  CHECK(played.heard[0].truncated);
}

TEST_CASE("redis claims no other peer and no silence", "[probe][redis]") {
  for (const auto& says : test::foreign_peers()) {
    for (const std::size_t piece : {std::size_t{20'000}, std::size_t{1}}) {
      auto conversation = make_redis(test::setting_of(6379));
      const auto played = test::play_stream(*conversation, {says}, piece);
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == model::channel::kUnknown);
    }
  }
  auto silent = make_redis(test::setting_of(6379));
  CHECK(test::play_stream(*silent, {}, 1, End::silence).heard.empty());
}
