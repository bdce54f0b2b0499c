#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/dns_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {

// The answer to a query: its own bytes with the QR bit, this rcode, and one TXT record.
Bytes answer_to(BytesView query, std::uint8_t rcode, std::string_view text) {
  ByteWriter out;
  out.bytes(query.first(2)).u8(0x84).u8(rcode).u16be(1).u16be(1).u16be(0).u16be(0);
  out.bytes(query.subspan(12));
  out.u16be(0xC00C).u16be(16).u16be(3).u32be(0);
  out.u16be(static_cast<std::uint16_t>(text.size() + 1));
  out.u8(static_cast<std::uint8_t>(text.size())).text(text);
  return std::move(out).take();
}

struct Asked {
  Bytes version;
  Bytes id;
};

// What the conversation asks, learnt by playing it once.
Asked questions() {
  auto conversation = make_dns(test::setting_of(53), net::Transport::udp);
  Asked asked;
  asked.version = conversation->on_open().send;
  asked.id = conversation->on_received(answer_to(asked.version, 0, "x")).send;
  return asked;
}

}  // namespace

TEST_CASE("a name server is asked for its version, then for its name", "[probe][dns]") {
  const auto asked = questions();
  CHECK(net::parse_dns_message(asked.version)->questions[0].name == "version.bind");
  CHECK(net::parse_dns_message(asked.id)->questions[0].name == "id.server");
  auto conversation = make_dns(test::setting_of(53), net::Transport::udp);
  const auto played = test::play_datagrams(
      *conversation, {answer_to(asked.version, 0, "9.18.1"), answer_to(asked.id, 0, "ns1")});
  CHECK(played.finished);
  CHECK(played.sent.size() == 2);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kDns);
  CHECK_FALSE(played.heard[0].truncated);
  const auto split = net::split_messages(played.heard[0].raw);
  REQUIRE(split.messages.size() == 2);
  CHECK(net::parse_dns_message(split.messages[0])->answers[0].text == "9.18.1");
  CHECK(net::parse_dns_message(split.messages[1])->answers[0].text == "ns1");
}

TEST_CASE("over TCP the same is heard, however it is cut", "[probe][dns]") {
  const auto asked = questions();
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_dns(test::setting_of(53), net::Transport::tcp);
    const auto played =
        test::play_stream(*conversation,
                          {net::build_dns_tcp(answer_to(asked.version, 0, "9.18.1")),
                           net::build_dns_tcp(answer_to(asked.id, 0, "ns1"))},
                          piece);
    REQUIRE(played.sent.size() == 2);
    CHECK(played.sent[0] == net::build_dns_tcp(asked.version));
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(net::split_messages(played.heard[0].raw).messages.size() == 2);
  }
}

TEST_CASE("a refusal is an answer, a server without CHAOS is asked once", "[probe][dns]") {
  const auto asked = questions();
  auto refuses = make_dns(test::setting_of(53), net::Transport::udp);
  (void)refuses->on_open();
  CHECK_FALSE(refuses->on_received(answer_to(asked.version, 5, "")).send.empty());
  auto ignorant = make_dns(test::setting_of(53), net::Transport::udp);
  const auto played = test::play_datagrams(*ignorant, {answer_to(asked.version, 4, "")});
  CHECK(played.finished);
  CHECK(played.sent.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kDns);
}

TEST_CASE("strays and copies do not answer the second question", "[probe][dns]") {
  const auto asked = questions();
  const auto version = answer_to(asked.version, 0, "9.18.1");
  auto conversation = make_dns(test::setting_of(53), net::Transport::udp);
  const auto played = test::play_datagrams(*conversation, {version, version, version});
  CHECK_FALSE(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].truncated);
  CHECK(net::split_messages(played.heard[0].raw).messages.size() == 1);
}

TEST_CASE("dns claims no other peer", "[probe][dns]") {
  for (const auto& says : test::foreign_peers()) {
    auto stream = make_dns(test::setting_of(53), net::Transport::tcp);
    const auto over_tcp = test::play_stream(*stream, {says}, 1);
    REQUIRE(over_tcp.heard.size() == 1);
    CHECK(over_tcp.heard[0].channel == model::channel::kUnknown);
    auto datagrams = make_dns(test::setting_of(53), net::Transport::udp);
    const auto over_udp = test::play_datagrams(*datagrams, {says});
    REQUIRE(over_udp.heard.size() == 1);
    CHECK(over_udp.heard[0].channel == model::channel::kUnknown);
  }
}
