// rpc_questions — one question, one answer: what is claimed, and that strangers are not.
// covers: probe/rpc_questions probe/table_middleware
#include <catch2/catch.hpp>

#include "qingdan/probe/table.h"
#include "unit/probe/recorded_peer.h"
#include "unit/seed.h"

using namespace qingdan;
using qingdan::test::seed;

namespace {

struct Case {
  std::string name, channel, reply;
  std::uint16_t port;
};
const std::vector<Case> kCases{{"dubbo", "dubbo.heartbeat", "rpc_wire/dubbo_ok", 20880},
                               {"dubbo", "dubbo.heartbeat", "rpc_wire/dubbo_refused", 20880},
                               {"rocketmq", "rocketmq.reply", "rpc_wire/rocketmq_namesrv", 9876},
                               {"rocketmq", "rocketmq.reply", "rpc_wire/rocketmq_broker", 10911},
                               {"bolt", "bolt.version", "rpc_wire/bolt_5_8", 7687}};

}  // namespace

TEST_CASE("middleware's answer is kept as it came, in pieces too", "[probe][rpc_questions]") {
  for (const auto& one : kCases) {
    const auto* entry = probe::find_conversation(one.name, net::Transport::tcp);
    REQUIRE(entry != nullptr);
    REQUIRE(probe::hinted({net::Transport::tcp, one.port}).size() == 1);
    CHECK(probe::hinted({net::Transport::tcp, one.port})[0] == entry);
    const auto reply = seed(one.reply);
    for (const std::size_t piece : {1UL, 1000UL}) {
      CAPTURE(one.name, piece);
      const auto conversation = entry->make(test::setting_of(one.port));
      const auto played = test::play_stream(*conversation, {reply}, piece);
      CHECK(played.finished);
      CHECK(played.sent.size() == 1);
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == one.channel);
      CHECK(played.heard[0].raw == reply);
      CHECK_FALSE(played.heard[0].truncated);
    }
  }
}

TEST_CASE("what others say is no middleware's", "[probe][rpc_questions]") {
  for (const auto& one : kCases) {
    const auto* entry = probe::find_conversation(one.name, net::Transport::tcp);
    for (const auto& bytes : test::foreign_peers()) {
      CAPTURE(one.name);
      const auto conversation = entry->make(test::setting_of(one.port));
      for (const auto& heard : test::play_stream(*conversation, {bytes}, 1000).heard) {
        CHECK(heard.channel == "unknown.stream");
      }
    }
  }
}

TEST_CASE("ActiveMQ is listened to and sent nothing", "[probe][rpc_questions]") {
  const auto* entry = probe::find_conversation("openwire", net::Transport::tcp);
  REQUIRE(entry != nullptr);
  CHECK(entry->peer_speaks_first);
  CHECK(probe::hinted({net::Transport::tcp, 61616}).at(0) == entry);
  const auto info = seed("rpc_wire/openwire_activemq");
  const auto conversation = entry->make(test::setting_of(61616));
  CHECK(conversation->on_open().send.empty());
  CHECK_FALSE(conversation->on_received(BytesView(info).first(20)).finished);
  const auto step = conversation->on_received(info);
  CHECK(step.finished);
  CHECK(step.send.empty());
  const auto heard = conversation->take();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].channel == "openwire.info");
  CHECK(heard[0].raw == info);
  for (const auto& bytes : test::foreign_peers()) {
    const auto other = entry->make(test::setting_of(61616));
    other->on_open();
    other->on_received(bytes);
    for (const auto& what : other->take()) CHECK(what.channel == "unknown.stream");
  }
}

TEST_CASE("a name server whose list is cut is known by its header", "[probe][rpc_questions]") {
  const auto* entry = probe::find_conversation("rocketmq", net::Transport::tcp);
  const auto conversation = entry->make(test::setting_of(9876));
  conversation->on_open();
  auto cut = seed("rpc_wire/rocketmq_namesrv");
  cut.resize(cut.size() - 50);
  CHECK_FALSE(conversation->on_received(cut).finished);
  conversation->on_end(probe::End::byte_cap);
  const auto heard = conversation->take();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].channel == "rocketmq.reply");
  CHECK(heard[0].truncated);
}

TEST_CASE("Kerberos over UDP is asked for nobody, and web servers on 88 for pages",
          "[probe][rpc_questions]") {
  const auto udp = probe::hinted({net::Transport::udp, 88});
  REQUIRE(udp.size() == 1);
  CHECK(udp[0]->name == "kerberos");
  const auto request = udp[0]->make(test::setting_of(88))->on_open().send;
  CHECK(request.size() == 124);
  for (const auto* name : {"mit", "heimdal", "wrong_realm"}) {
    const auto conversation = udp[0]->make(test::setting_of(88));
    const auto answer = seed("kerberos_wire/" + std::string(name));
    const auto played = test::play_datagrams(*conversation, {to_bytes("noise"), answer});
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == "kerberos.error");
    CHECK(played.heard[0].raw == answer);
  }
  const auto stray = udp[0]->make(test::setting_of(88));
  const auto echo = test::play_datagrams(*stray, {request});
  REQUIRE(echo.heard.size() == 1);
  CHECK(echo.heard[0].channel == "unknown.stream");
  const auto tcp = probe::hinted({net::Transport::tcp, 88});
  REQUIRE(tcp.size() == 2);
  CHECK(tcp[0]->name == "http");
  REQUIRE(tcp[1]->name == "kerberos");
  const auto message = seed("kerberos_wire/mit");
  ByteWriter answer;
  answer.u32be(static_cast<std::uint32_t>(message.size())).bytes(message);
  const Bytes said(answer.view().begin(), answer.view().end());
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    const auto conversation = tcp[1]->make(test::setting_of(88));
    const auto played = test::play_stream(*conversation, {said}, piece);
    CHECK(played.finished);
    CHECK(played.sent.at(0).size() == request.size() + 4);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == "kerberos.error");
    CHECK(played.heard[0].raw == said);
  }
  for (const auto& bytes : test::foreign_peers()) {
    const auto conversation = tcp[1]->make(test::setting_of(88));
    for (const auto& heard : test::play_stream(*conversation, {bytes}, 1000).heard) {
      CHECK(heard.channel == "unknown.stream");
    }
  }
}
