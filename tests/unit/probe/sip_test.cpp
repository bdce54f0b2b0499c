#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {
const Bytes kTrying = to_bytes("SIP/2.0 100 Trying\r\nContent-Length: 0\r\n\r\n");
const Bytes kOk =
    to_bytes("SIP/2.0 200 OK\r\nUser-Agent: Example PBX\r\nContent-Length: 0\r\n\r\n");
const Bytes kHops = to_bytes("SIP/2.0 483 Too Many Hops\r\nServer: Example\r\n\r\n");

Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
}  // namespace

TEST_CASE("over TCP a provisional response is waited through", "[probe][sip]") {
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_sip(test::setting_of(5060), net::Transport::tcp);
    const auto played = test::play_stream(*conversation, {joined(kTrying, kOk)}, piece);
    REQUIRE(played.sent.size() == 1);
    CHECK(as_text(played.sent[0]).find("SIP/2.0/TCP") != std::string_view::npos);
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kSip);
    CHECK(played.heard[0].raw == joined(kTrying, kOk));
  }
}

TEST_CASE("over UDP the datagrams are kept in their order", "[probe][sip]") {
  auto conversation = make_sip(test::setting_of(5060), net::Transport::udp);
  const auto played = test::play_datagrams(*conversation, {kTrying, kHops, kOk});
  REQUIRE(played.sent.size() == 1);
  CHECK(as_text(played.sent[0]).find("SIP/2.0/UDP") != std::string_view::npos);
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kSip);
  CHECK(played.heard[0].raw == joined(kTrying, kHops));
  CHECK_FALSE(played.heard[0].truncated);
}

TEST_CASE("a provisional response alone is an answer cut short", "[probe][sip]") {
  auto conversation = make_sip(test::setting_of(5060), net::Transport::udp);
  const auto played = test::play_datagrams(*conversation, {kTrying});
  CHECK_FALSE(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].truncated);
}

TEST_CASE("sip claims no other peer", "[probe][sip]") {
  for (const auto& says : test::foreign_peers()) {
    auto stream = make_sip(test::setting_of(5060), net::Transport::tcp);
    const auto over_tcp = test::play_stream(*stream, {says}, 1);
    REQUIRE(over_tcp.heard.size() == 1);
    CHECK(over_tcp.heard[0].channel == model::channel::kUnknown);
    auto datagrams = make_sip(test::setting_of(5060), net::Transport::udp);
    const auto over_udp = test::play_datagrams(*datagrams, {says});
    REQUIRE(over_udp.heard.size() == 1);
    CHECK(over_udp.heard[0].channel == model::channel::kUnknown);
  }
}

TEST_CASE("a flood of provisional responses is bounded", "[probe][sip]") {
  auto conversation = make_sip(test::setting_of(5060), net::Transport::udp);
  const std::vector<Bytes> flood(20'000, kTrying);
  const auto played = test::play_datagrams(*conversation, flood);
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].raw.size() <= 262'144);
}
