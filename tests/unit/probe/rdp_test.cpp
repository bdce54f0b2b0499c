#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

TEST_CASE("a terminal server that chose TLS is handed to the TLS driver", "[probe][rdp]") {
  const auto confirm = *from_hex("030000130ed00000123400021f080002000000");
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_rdp(test::setting_of(3389));
    const auto played = test::play_stream(*conversation, {confirm}, piece);
    REQUIRE(played.sent.size() == 1);
    CHECK(to_hex(played.sent[0]) == "030000130ee00000000000010008000b000000");
    CHECK(played.start_tls);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kRdp);
    CHECK(played.heard[0].raw == confirm);
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("a server of standard RDP security is left at once", "[probe][rdp]") {
  for (const std::string_view hex :
       {"0300000b06d00000123400", "030000130ed000001234000300080002000000"}) {
    auto conversation = make_rdp(test::setting_of(3389));
    const auto played = test::play_stream(*conversation, {*from_hex(hex)}, 100);
    CHECK(played.finished);
    CHECK_FALSE(played.start_tls);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kRdp);
  }
}

TEST_CASE("a TPKT that is no confirm is not RDP", "[probe][rdp]") {
  auto conversation = make_rdp(test::setting_of(102));
  const auto played = test::play_stream(*conversation, {*from_hex("0300000b06800000000000")}, 100);
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kUnknown);
}

TEST_CASE("rdp claims no other peer", "[probe][rdp]") {
  for (const auto& says : test::foreign_peers()) {
    auto conversation = make_rdp(test::setting_of(3389));
    const auto played = test::play_stream(*conversation, {says}, 1);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
  }
}
