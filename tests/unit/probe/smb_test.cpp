#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/smb_wire.h"
#include "unit/net/smb_samples.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {

// The command of an SMB 2 request, or that of an SMB 1 one plus 0x100.
int command_of(const Bytes& request) {
  if (request[4] == 0xFE) return request[4 + 12];
  return request[4] == 0xFF ? 0x100 + request[4 + 4] : -1;
}

}  // namespace

TEST_CASE("a server of SMB 2 is asked in three steps", "[probe][smb]") {
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_smb(test::setting_of(445));
    const auto played =
        test::play_stream(*conversation,
                          {test::smb2_negotiate_answer(0x02FF), test::smb2_negotiate_answer(0x0311),
                           test::smb2_session_answer()},
                          piece);
    REQUIRE(played.sent.size() == 3);
    CHECK(command_of(played.sent[0]) == 0x172);
    CHECK(command_of(played.sent[1]) == 0);
    CHECK(command_of(played.sent[2]) == 1);
    CHECK(played.sent[1][4 + 24] == 1);  // MessageId
    CHECK(played.sent[2][4 + 24] == 2);
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kSmb);
    CHECK_FALSE(played.heard[0].truncated);
    CHECK(net::parse_smb_stream(played.heard[0].raw)->messages.size() == 3);
  }
}

TEST_CASE("a server of SMB 2.0.2 needs no second negotiation", "[probe][smb]") {
  auto conversation = make_smb(test::setting_of(445));
  const auto played = test::play_stream(
      *conversation, {test::smb2_negotiate_answer(0x0202), test::smb2_session_answer()}, 4096);
  REQUIRE(played.sent.size() == 2);
  CHECK(command_of(played.sent[1]) == 1);
  CHECK(played.sent[1][4 + 24] == 1);
  CHECK(played.finished);
}

TEST_CASE("a server of SMB 1 tells its names in the session set-up", "[probe][smb]") {
  auto conversation = make_smb(test::setting_of(445));
  const auto played = test::play_stream(
      *conversation, {test::smb1_negotiate_answer(true), test::smb1_session_answer()}, 5);
  REQUIRE(played.sent.size() == 2);
  CHECK(command_of(played.sent[1]) == 0x173);
  CHECK(played.finished);
  CHECK(net::parse_smb_stream(played.heard[0].raw)->messages.back().session1);
}

TEST_CASE("where the next step would need a user we stop", "[probe][smb]") {
  auto conversation = make_smb(test::setting_of(445));
  const auto played = test::play_stream(*conversation, {test::smb1_negotiate_answer(false)}, 4096);
  CHECK(played.sent.size() == 1);
  CHECK(played.finished);
  CHECK(played.heard[0].channel == model::channel::kSmb);
}

TEST_CASE("on port 139 a NetBIOS session comes first", "[probe][smb]") {
  auto conversation = make_smb(test::setting_of(139));
  const auto played = test::play_stream(
      *conversation,
      {*from_hex("82000000"), test::smb2_negotiate_answer(0x0202), test::smb2_session_answer()},
      4096);
  REQUIRE(played.sent.size() == 3);
  CHECK(played.sent[0][0] == 0x81);
  CHECK(played.finished);
  auto refused = make_smb(test::setting_of(139));
  const auto no = test::play_stream(*refused, {*from_hex("8300000182")}, 4096);
  CHECK(no.sent.size() == 1);
  CHECK(no.finished);
  CHECK(no.heard[0].channel == model::channel::kSmb);
}

TEST_CASE("a server that hangs up on SMB 1 is asked again in SMB 2 alone", "[probe][smb]") {
  auto conversation = make_smb(test::setting_of(445));
  CHECK(test::play_stream(*conversation, {}, 1, End::reset).heard.empty());
  auto next = conversation->follow_ups();
  REQUIRE(next.size() == 1);
  const auto played = test::play_stream(
      *next[0], {test::smb2_negotiate_answer(0x0311), test::smb2_session_answer()}, 4096);
  REQUIRE(played.sent.size() == 2);
  CHECK(command_of(played.sent[0]) == 0);
  CHECK(played.sent[0][4 + 24] == 0);
  CHECK(played.sent[1][4 + 24] == 1);
  CHECK(next[0]->follow_ups().empty());
  auto silent = make_smb(test::setting_of(445));
  CHECK(test::play_stream(*silent, {}, 1, End::silence).heard.empty());
  CHECK(silent->follow_ups().empty());
}

TEST_CASE("a server that repeats itself is not asked for ever", "[probe][smb]") {
  auto conversation = make_smb(test::setting_of(445));
  const std::vector<Bytes> loop(20, test::smb2_negotiate_answer(0x02FF));
  const auto played = test::play_stream(*conversation, loop, 4096);
  CHECK(played.finished);
  CHECK(played.sent.size() <= 3);
}

TEST_CASE("smb claims no other peer", "[probe][smb]") {
  for (const auto& says : test::foreign_peers()) {
    auto conversation = make_smb(test::setting_of(445));
    const auto played = test::play_stream(*conversation, {says}, 1);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
    CHECK(played.sent.size() == 1);
  }
}
