#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/mongo_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {

// {maxWireVersion: version, ok: 1}
Bytes op_reply(std::uint32_t version) {
  ByteWriter fields;
  fields.u8(16).text("maxWireVersion").u8(0).u32le(version).u8(16).text("ok").u8(0).u32le(1);
  ByteWriter out;
  out.u32le(static_cast<std::uint32_t>(36 + 5 + fields.size())).u32le(9).u32le(7).u32le(1);
  out.u32le(8).u64le(0).u32le(0).u32le(1);
  out.u32le(static_cast<std::uint32_t>(5 + fields.size())).bytes(fields.view()).u8(0);
  return std::move(out).take();
}

std::uint32_t op_code_of(const Bytes& request) {
  ByteReader reader(request);
  reader.skip(12);
  return reader.u32le();
}

}  // namespace

TEST_CASE("mongodb is asked isMaster, then buildInfo as it understands it", "[probe][mongodb]") {
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    for (const std::uint32_t version : {0U, 5U, 6U, 21U}) {
      auto conversation = make_mongodb(test::setting_of(27017));
      const auto played =
          test::play_stream(*conversation, {op_reply(version), op_reply(version)}, piece);
      REQUIRE(played.sent.size() == 2);
      CHECK(op_code_of(played.sent[0]) == 2004);
      CHECK(op_code_of(played.sent[1]) == (version < 6 ? 2004U : 2013U));
      CHECK(played.finished);
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == model::channel::kMongo);
      CHECK_FALSE(played.heard[0].truncated);
      CHECK(net::parse_mongo_replies(played.heard[0].raw).size() == 2);
    }
  }
}

TEST_CASE("a mongodb that keeps buildInfo to itself is kept with its hello", "[probe][mongodb]") {
  auto conversation = make_mongodb(test::setting_of(27017));
  const auto played = test::play_stream(*conversation, {op_reply(21)}, 4096, End::silence);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kMongo);
  CHECK(played.heard[0].truncated);
  CHECK(net::parse_mongo_replies(played.heard[0].raw).size() == 1);
}

TEST_CASE("mongodb claims no other peer", "[probe][mongodb]") {
  for (const auto& says : test::foreign_peers()) {
    auto conversation = make_mongodb(test::setting_of(27017));
    const auto played = test::play_stream(*conversation, {says}, 1);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
    CHECK(played.sent.size() == 1);
  }
}
