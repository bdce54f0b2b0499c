#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/postgres_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {

Bytes refusal() {
  using namespace std::string_view_literals;
  const auto fields = "SFATAL\0C0A000\0Munsupported frontend protocol\0Fpostmaster.c\0\0"sv;
  ByteWriter out;
  out.u8('E').u32be(static_cast<std::uint32_t>(fields.size() + 4)).text(fields);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("a server without TLS is asked for versions where we are", "[probe][postgresql]") {
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_postgresql(test::setting_of(5432));
    const auto played = test::play_stream(*conversation, {to_bytes("N"), refusal()}, piece);
    REQUIRE(played.sent.size() == 2);
    CHECK(to_hex(played.sent[0]) == "0000000804d2162f");
    CHECK(to_hex(played.sent[1]) == "0000000900ff00ff00");
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kPostgres);
    CHECK_FALSE(played.heard[0].truncated);
    const auto split = net::split_messages(played.heard[0].raw);
    REQUIRE(split.messages.size() == 2);
    CHECK(net::parse_postgres_reply(split.messages[0])->tls == false);
    CHECK(net::parse_postgres_reply(split.messages[1])->error->file == "postmaster.c");
    CHECK(conversation->follow_ups().empty());
  }
}

TEST_CASE("a server with TLS is asked for versions on a second connection", "[probe][postgresql]") {
  auto conversation = make_postgresql(test::setting_of(5432));
  const auto played = test::play_stream(*conversation, {to_bytes("S")}, 1);
  CHECK(played.start_tls);
  REQUIRE(played.heard.size() == 1);
  CHECK(to_hex(played.heard[0].raw) == "0000000153");
  auto next = conversation->follow_ups();
  REQUIRE(next.size() == 1);
  const auto second = test::play_stream(*next[0], {refusal()}, 3);
  REQUIRE(second.sent.size() == 1);
  CHECK(to_hex(second.sent[0]) == "0000000900ff00ff00");
  CHECK(second.finished);
  REQUIRE(second.heard.size() == 1);
  CHECK(net::split_messages(second.heard[0].raw).messages.size() == 1);
  CHECK(next[0]->follow_ups().empty());
}

TEST_CASE("a server that does not know SSLRequest has answered", "[probe][postgresql]") {
  auto conversation = make_postgresql(test::setting_of(5432));
  const auto old = to_bytes(std::string_view("EFATAL:  unsupported frontend protocol\n\0", 40));
  const auto played = test::play_stream(*conversation, {old}, 1);
  CHECK(played.finished);
  CHECK(played.sent.size() == 1);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kPostgres);
}

TEST_CASE("what follows N but is cut is kept as truncated", "[probe][postgresql]") {
  auto conversation = make_postgresql(test::setting_of(5432));
  auto cut = refusal();
  cut.resize(20);
  const auto played = test::play_stream(*conversation, {to_bytes("N"), cut}, 4, End::reset);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kPostgres);
  CHECK(played.heard[0].truncated);
  CHECK(net::split_messages(played.heard[0].raw).messages.size() == 2);
}

TEST_CASE("an N that goes on in words is nobody's answer", "[probe][postgresql]") {
  auto conversation = make_postgresql(test::setting_of(5432));
  const auto played = test::play_stream(*conversation, {to_bytes("Not a command")}, 1);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kUnknown);
  CHECK(as_text(played.heard[0].raw).starts_with("No"));
}

TEST_CASE("postgresql claims no other peer", "[probe][postgresql]") {
  auto peers = test::foreign_peers();
  peers.erase(peers.begin() + 1);  // "SSH-…": its first byte alone would be a yes, see below
  for (const auto& says : peers) {
    for (const std::size_t piece : {std::size_t{20'000}, std::size_t{1}}) {
      auto conversation = make_postgresql(test::setting_of(5432));
      const auto played = test::play_stream(*conversation, {says}, piece);
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == model::channel::kUnknown);
    }
  }
  auto conversation = make_postgresql(test::setting_of(5432));
  const auto played = test::play_stream(*conversation, {to_bytes("SSH-2.0-x\r\n")}, 100);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kUnknown);
}
