// service_questions — one question, one answer: what is claimed, and that strangers are not.
// covers: probe/table_services probe/database_questions probe/middleware_questions
// covers: probe/remote_questions probe/daemon_questions probe/share_questions
// covers: probe/agent_questions
#include <catch2/catch.hpp>
#include <set>

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
                               {"apcupsd", "apcupsd.status", "agent_wire/apcupsd", 3551},
                               {"zabbix-agent", "zabbix.agent", "agent_wire/zabbix", 10050},
                               {"nrpe", "nrpe.version", "agent_wire/nrpe", 5666},
                               {"irc", "irc.reply", "irc_wire/inspircd_cap", 6667},
                               {"irc", "irc.reply", "irc_wire/ngircd", 6697},
                               {"mqtt", "mqtt.connack", "daemon_wire/mqtt5", 1883},
                               {"firebird", "firebird.answer", "firebird_wire/cont_auth", 3050},
                               {"stun", "stun.reply", "stun_wire/binding", 3478},
                               {"stomp", "stomp.frame", "stomp_wire/rabbitmq_refused", 61613},
                               {"git", "git.reply", "share_wire/git_error", 9418},
                               {"iscsi", "iscsi.login", "iscsi_wire/refused", 3260},
                               {"socks", "socks.method", "relay_wire/socks", 1080},
                               {"fastcgi", "fastcgi.values", "relay_wire/fastcgi", 9074},
                               {"rtmp", "rtmp.handshake", "relay_wire/rtmp", 1935},
                               {"iiop", "iiop.locate", "giop_wire/websphere", 2809},
                               {"iiop", "iiop.locate", "giop_wire/error", 3700},
                               {"weblogic-iiop", "iiop.locate", "giop_wire/weblogic", 7001},
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

TEST_CASE("a target of disks is asked for its limits and names, and told goodbye",
          "[probe][service_questions]") {
  const auto stream = seed("iscsi_wire/tgt");
  const auto at = [&](std::size_t begin, std::size_t end) {
    return Bytes(stream.begin() + static_cast<std::ptrdiff_t>(begin),
                 stream.begin() + static_cast<std::ptrdiff_t>(end));
  };
  const std::vector<Bytes> says{at(0, 88), at(88, 492), at(492, stream.size())};
  for (const std::size_t piece : {1UL, 1000UL}) {
    const auto* entry = probe::find_conversation("iscsi", net::Transport::tcp);
    REQUIRE(entry != nullptr);
    const auto conversation = entry->make(test::setting_of(3260));
    const auto played = test::play_stream(*conversation, says, piece);
    CHECK(played.finished);
    CHECK(played.sent.size() == 4);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].raw == stream);
    CHECK_FALSE(played.heard[0].truncated);
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

TEST_CASE("names of Erlang nodes end where the connection does", "[probe][service_questions]") {
  const auto* entry = probe::find_conversation("epmd", net::Transport::tcp);
  REQUIRE(entry != nullptr);
  for (const auto* name : {"agent_wire/epmd", "agent_wire/epmd_none"}) {
    for (const auto end : {probe::End::closed, probe::End::deadline}) {
      const auto conversation = entry->make(test::setting_of(4369));
      const auto played = test::play_stream(*conversation, {seed(name)}, 1, end);
      CHECK(played.sent == std::vector<Bytes>{{0, 1, 'n'}});
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == "epmd.names");
      CHECK(played.heard[0].raw == seed(name));
      CHECK(played.heard[0].truncated == (end != probe::End::closed));
    }
  }
  for (const auto& bytes : test::foreign_peers()) {
    const auto conversation = entry->make(test::setting_of(4369));
    const auto heard = test::play_stream(*conversation, {bytes}, 1000).heard;
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].channel == "unknown.stream");
  }
}

TEST_CASE("svnserve and rsync are listened to and sent nothing", "[probe][service_questions]") {
  const std::vector<Case> cases{{"svn", "svn.greeting", "share_wire/svn", 3690},
                                {"rsync", "rsync.greeting", "share_wire/rsync", 873}};
  for (const auto& one : cases) {
    CAPTURE(one.name);
    const auto* entry = probe::find_conversation(one.name, net::Transport::tcp);
    REQUIRE(entry != nullptr);
    CHECK(entry->peer_speaks_first);
    const auto greeting = seed(one.reply);
    const auto conversation = entry->make(test::setting_of(one.port));
    CHECK(conversation->on_open().send.empty());
    for (std::size_t size = 1; size < greeting.size(); ++size) {
      CHECK_FALSE(conversation->on_received(BytesView(greeting).first(size)).finished);
    }
    const auto step = conversation->on_received(greeting);
    CHECK(step.finished);
    CHECK(step.send.empty());
    const auto heard = conversation->take();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].channel == one.channel);
    CHECK(heard[0].raw == greeting);
    for (const auto& bytes : test::foreign_peers()) {
      const auto other = entry->make(test::setting_of(one.port));
      static_cast<void>(other->on_open());
      static_cast<void>(other->on_received(bytes));
      for (const auto& told : other->take()) CHECK(told.channel == "unknown.stream");
    }
  }
}

TEST_CASE("who lets us in is told that we leave", "[probe][service_questions]") {
  const auto sent = [](const std::string& name, const std::string& reply) {
    const auto* entry = probe::find_conversation(name, net::Transport::tcp);
    const auto conversation = entry->make(test::setting_of(1));
    const auto played = test::play_stream(*conversation, {seed(reply)}, 1);
    CHECK(played.finished);
    return played.sent;
  };
  const auto broker = sent("stomp", "stomp_wire/artemis");
  REQUIRE(broker.size() == 2);
  CHECK(as_text(broker[1]).starts_with("DISCONNECT\n"));
  const auto git = sent("git", "share_wire/git_served");
  REQUIRE(git.size() == 2);
  CHECK(as_text(git[0]).find("host=192.0.2.7") != std::string_view::npos);
  CHECK(as_text(git[1]) == "0000");
}

TEST_CASE("half a handshake of RTMP is claimed, an echo of ours is not",
          "[probe][service_questions]") {
  const auto* entry = probe::find_conversation("rtmp", net::Transport::tcp);
  REQUIRE(entry != nullptr);
  const auto claimed = [&](BytesView bytes) {
    const auto conversation = entry->make(test::setting_of(1935));
    const auto played = test::play_stream(*conversation, {Bytes(bytes.begin(), bytes.end())}, 1000);
    REQUIRE(played.heard.size() == 1);
    return played.heard[0].channel == "rtmp.handshake" && played.heard[0].truncated;
  };
  CHECK(claimed(BytesView(seed("relay_wire/rtmp_own")).first(1537)));
  CHECK_FALSE(claimed(BytesView(seed("relay_wire/rtmp_own")).first(1536)));
  CHECK_FALSE(claimed(entry->make(test::setting_of(1935))->on_open().send));
}

TEST_CASE("ports of pages and of Tor stay HTTP's, 1080 is SOCKS's", "[probe][service_questions]") {
  const auto first = [](std::uint16_t port) {
    const auto usual = probe::hinted({net::Transport::tcp, port});
    return usual.empty() ? std::string() : std::string(usual[0]->name);
  };
  CHECK(first(9000) == "http");
  CHECK(first(9001) == "http");
  CHECK(first(9074) == "fastcgi");
  CHECK(first(1080) == "socks");
  CHECK(first(9050).empty());
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

TEST_CASE("WebLogic's pages come before its IIOP and its T3", "[probe][service_questions]") {
  const auto usual = probe::hinted({net::Transport::tcp, 7001});
  REQUIRE(usual.size() == 1);
  CHECK(usual[0]->name == "http");
  const auto after = probe::asked_after("http", {net::Transport::tcp, 7001});
  REQUIRE(after.size() == 2);
  CHECK(after[0]->name == "weblogic-iiop");
  CHECK(after[1]->name == "t3");
}
