#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

TEST_CASE("a camera is asked for its methods by the URI a player uses", "[probe][rtsp]") {
  const auto says = to_bytes("RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Example/1.0\r\n\r\n");
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_rtsp(test::setting_of(554));
    const auto played = test::play_stream(*conversation, {says}, piece);
    REQUIRE(played.sent.size() == 1);
    CHECK(as_text(played.sent[0]).starts_with("OPTIONS rtsp://192.0.2.7:554/ RTSP/1.0\r\n"));
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kRtsp);
    CHECK(played.heard[0].raw == says);
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("headers that never end are kept as truncated", "[probe][rtsp]") {
  auto conversation = make_rtsp(test::setting_of(554));
  const auto played = test::play_stream(
      *conversation, {to_bytes("RTSP/1.0 401 Unauthorized\r\nServer: x\r\n")}, 9, End::silence);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kRtsp);
  CHECK(played.heard[0].truncated);
}

TEST_CASE("rtsp claims no other peer", "[probe][rtsp]") {
  for (const auto& says : test::foreign_peers()) {
    auto conversation = make_rtsp(test::setting_of(554));
    const auto played = test::play_stream(*conversation, {says}, 1);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
  }
}
