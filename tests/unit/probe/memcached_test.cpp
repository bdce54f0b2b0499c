#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

TEST_CASE("memcached is asked for its version", "[probe][memcached]") {
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_memcached(test::setting_of(11211));
    const auto played = test::play_stream(*conversation, {to_bytes("VERSION 1.6.18\r\n")}, piece);
    REQUIRE(played.sent.size() == 1);
    CHECK(as_text(played.sent[0]) == "version\r\n");
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kMemcached);
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("a version cut short is still memcached's", "[probe][memcached]") {
  auto conversation = make_memcached(test::setting_of(11211));
  const auto played = test::play_stream(*conversation, {to_bytes("VERSION 1.6")}, 4, End::closed);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kMemcached);
  CHECK(played.heard[0].truncated);
}

TEST_CASE("memcached claims no other peer", "[probe][memcached]") {
  for (const auto& says : test::foreign_peers()) {
    auto conversation = make_memcached(test::setting_of(11211));
    const auto played = test::play_stream(*conversation, {says}, 1);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
  }
}
