// service_questions — one question, one answer: what is claimed, and that strangers are not.
// covers: probe/table_services probe/database_questions probe/middleware_questions
// covers: probe/remote_questions probe/daemon_questions
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "qingdan/probe/table.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;

namespace {

Bytes seed(const std::string& name) {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Case {
  std::string name, channel, reply;
  std::uint16_t port;
};
const std::vector<Case> kCases{{"oracle", "oracle.tns", "tns_wire/refuse_19c", 1521},
                               {"mssql", "mssql.prelogin", "tds_wire/sql2019", 1433},
                               {"amqp", "amqp.start", "amqp_wire/rabbitmq", 5672},
                               {"zookeeper", "zookeeper.reply", "middleware_wire/srvr", 2181},
                               {"ajp", "ajp.reply", "middleware_wire/cpong", 8009},
                               {"rmi", "rmi.reply", "middleware_wire/rmi", 1099},
                               {"kafka", "kafka.versions", "middleware_wire/kafka", 9092},
                               {"x11", "x11.setup", "x11_wire/failed", 6000},
                               {"cassandra", "cassandra.supported", "cql_wire/supported", 9042},
                               {"db2", "db2.exchange", "drda_wire/db2", 50000},
                               {"pptp", "pptp.reply", "remote_wire/pptp", 1723},
                               {"afp", "afp.status", "remote_wire/afp", 548},
                               {"beanstalk", "beanstalk.stats", "daemon_wire/stats", 11300},
                               {"gearman", "gearman.version", "daemon_wire/gearman", 4730},
                               {"clamd", "clamd.version", "daemon_wire/clamd", 3310},
                               {"mqtt", "mqtt.connack", "daemon_wire/mqtt5", 1883},
                               {"firebird", "firebird.answer", "firebird_wire/cont_auth", 3050},
                               {"stun", "stun.reply", "stun_wire/binding", 3478},
                               {"t3", "t3.reply", "middleware_wire/t3", 7001}};

// Taken leave of in words of their own.
const std::set<std::string> kTold{"pptp", "beanstalk", "mqtt", "firebird"};

}  // namespace

TEST_CASE("an answer is kept as it came, in pieces too", "[probe][service_questions]") {
  for (const auto& one : kCases) {
    const auto* entry = probe::find_conversation(one.name, net::Transport::tcp);
    REQUIRE(entry != nullptr);
    const auto reply = seed(one.reply);
    for (const std::size_t piece : {1UL, 1000UL}) {
      CAPTURE(one.name, piece);
      const auto conversation = entry->make(test::setting_of(one.port));
      const auto played = test::play_stream(*conversation, {reply}, piece);
      CHECK(played.finished);
      CHECK(played.sent.size() == (kTold.contains(one.name) ? 2 : 1));
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == one.channel);
      CHECK(played.heard[0].raw == reply);
      CHECK_FALSE(played.heard[0].truncated);
    }
  }
}

TEST_CASE("what others say is claimed by none of them", "[probe][service_questions]") {
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

TEST_CASE("NATS is listened to and sent nothing", "[probe][service_questions]") {
  const auto* entry = probe::find_conversation("nats", net::Transport::tcp);
  REQUIRE(entry != nullptr);
  CHECK(entry->peer_speaks_first);
  const auto conversation = entry->make(test::setting_of(4222));
  CHECK(conversation->on_open().send.empty());
  const auto line = seed("remote_wire/nats");
  const auto step = conversation->on_received(line);
  CHECK(step.finished);
  CHECK(step.send.empty());
  const auto heard = conversation->take();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].channel == "nats.info");
  CHECK(heard[0].raw == line);
}

TEST_CASE("a broker that hangs up on MQTT 5 is asked in 3.1.1, once",
          "[probe][service_questions]") {
  const auto* entry = probe::find_conversation("mqtt", net::Transport::tcp);
  REQUIRE(entry != nullptr);
  const auto newest = entry->make(test::setting_of(1883));
  CHECK(newest->on_open().send.at(8) == 5);
  newest->on_end(probe::End::closed);
  CHECK(newest->take().empty());
  const auto next = newest->follow_ups();
  REQUIRE(next.size() == 1);
  CHECK(next[0]->on_open().send.at(8) == 4);
  next[0]->on_end(probe::End::closed);
  CHECK(next[0]->follow_ups().empty());
  const auto answered = entry->make(test::setting_of(1883));
  test::play_stream(*answered, {seed("daemon_wire/mqtt3")}, 1);
  CHECK(answered->follow_ups().empty());
}

TEST_CASE("WebLogic's pages come before its T3", "[probe][service_questions]") {
  const auto usual = probe::hinted({net::Transport::tcp, 7001});
  REQUIRE(usual.size() == 1);
  CHECK(usual[0]->name == "http");
  const auto after = probe::asked_after("http", {net::Transport::tcp, 7001});
  REQUIRE(after.size() == 1);
  CHECK(after[0]->name == "t3");
}
