// covers: identify/dissect_agents
#include <catch2/catch.hpp>

#include "unit/identify/fields.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::identify;
using identify::test::field;

namespace {

Dissection read(std::string_view channel, const std::string& name) {
  return dissect(channel, qingdan::test::seed(name));
}

}  // namespace

TEST_CASE("databases tell their versions before a login", "[identify][dissect_services]") {
  const auto oracle = read("oracle.tns", "tns_wire/refuse_19c");
  CHECK(oracle.protocol == "oracle");
  CHECK(field(oracle, "oracle.version") == "19.0.0.0.0");
  CHECK(field(oracle, "oracle.tns").starts_with("(DESCRIPTION="));
  const auto mssql = read("mssql.prelogin", "tds_wire/sql2019");
  CHECK(mssql.protocol == "ms-sql-s");
  CHECK(field(mssql, "mssql.prelogin_version") == "15.0.4312");
  CHECK(dissect("mssql.prelogin", as_bytes("nonsense")).fields.empty());
}

TEST_CASE("a broker's product and version come first of its properties",
          "[identify][dissect_services]") {
  const auto out = read("amqp.start", "amqp_wire/rabbitmq");
  CHECK(out.protocol == "amqp");
  CHECK(field(out, "amqp.server_properties").starts_with("product=RabbitMQ\nversion=3.9.13\n"));
  CHECK(field(out, "amqp.mechanisms") == "PLAIN AMQPLAIN");
  // A question may hand over the properties as text.
  CHECK(field(dissect("amqp.server_properties", as_bytes("product=Qpid")),
              "amqp.server_properties") == "product=Qpid");
}

TEST_CASE("middleware and displays are told by their answers", "[identify][dissect_services]") {
  const auto zookeeper = read("zookeeper.reply", "middleware_wire/srvr");
  CHECK(field(zookeeper, "zookeeper.version").starts_with("3.8.1-"));
  CHECK(field(zookeeper, "zookeeper.mode") == "standalone");
  CHECK(read("zookeeper.reply", "middleware_wire/srvr_no").protocol == "zookeeper");
  CHECK(field(read("t3.reply", "middleware_wire/t3"), "t3.version") == "12.2.1.4.0");
  CHECK(read("ajp.reply", "middleware_wire/cpong").protocol == "ajp13");
  CHECK(read("rmi.reply", "middleware_wire/rmi").protocol == "rmiregistry");
  CHECK(field(read("kafka.versions", "middleware_wire/kafka"), "kafka.apis") ==
        "0:0-9 1:0-13 2:0-7 3:0-12 18:0-3");
  const auto open = read("x11.setup", "x11_wire/open");
  CHECK(field(open, "x11.vendor") == "The X.Org Foundation");
  CHECK(field(open, "x11.release") == "12101004");
  CHECK(field(read("x11.setup", "x11_wire/failed"), "x11.refusal") == "No protocol specified");
}

TEST_CASE("stores, ways in and shares are told by their answers", "[identify][dissect_services]") {
  const auto cassandra = read("cassandra.supported", "cql_wire/supported");
  CHECK(cassandra.protocol == "cassandra");
  CHECK(field(cassandra, "cassandra.option").starts_with("CQL_VERSION=3.4.5"));
  CHECK(field(read("cassandra.supported", "cql_wire/error"), "cassandra.error")
            .starts_with("Invalid or unsupported"));
  const auto db2 = read("db2.exchange", "drda_wire/db2");
  CHECK(field(db2, "drda.server") == "QDB2/LINUXX8664 11.5.5");
  CHECK(field(db2, "drda.name") == "db2inst1");
  CHECK(field(read("db2.exchange", "drda_wire/derby"), "drda.server") == "Apache Derby CSS10140");
  const auto pptp = read("pptp.reply", "remote_wire/pptp");
  CHECK(field(pptp, "pptp.vendor") == "MikroTik");
  CHECK(field(pptp, "pptp.firmware") == "4608");
  CHECK(field(read("afp.status", "remote_wire/afp"), "afp.machine") == "Netatalk3.1.12");
  CHECK(field(read("nats.info", "remote_wire/nats"), "nats.version") == "2.9.10");
}

TEST_CASE("queues, brokers and scanners are told by their answers",
          "[identify][dissect_services]") {
  const auto queue = read("beanstalk.stats", "daemon_wire/stats");
  CHECK(field(queue, "beanstalk.version") == "1.12");
  CHECK(queue.host_names == std::vector<std::string>{"queue-01"});
  CHECK(field(read("gearman.version", "daemon_wire/gearman"), "gearman.version") == "1.1.20+ds");
  CHECK(field(read("clamd.version", "daemon_wire/clamd"), "clamd.version")
            .starts_with("ClamAV 1.4.6/27500/"));
  CHECK(field(read("mqtt.connack", "daemon_wire/mqtt5"), "mqtt.client_id").starts_with("auto-7C"));
  const auto refused = read("mqtt.connack", "daemon_wire/mqtt5_refused");
  CHECK(field(refused, "mqtt.connack") == "135");
  CHECK(refused.banner == "MQTT, CONNACK 135 no anonymous");
  CHECK(field(read("stun.reply", "stun_wire/binding"), "stun.software") == "Coturn-4.6.1 'Gorst'");
  CHECK(field(read("firebird.answer", "firebird_wire/cont_auth"), "firebird.answer") ==
        "cont_auth");
  CHECK(field(read("firebird.answer", "firebird_wire/accept12"), "firebird.answer") == "accept 12");
}

TEST_CASE("agents tell what they watch", "[identify][dissect_agents]") {
  const auto ups = read("apcupsd.status", "agent_wire/apcupsd");
  CHECK(ups.protocol == "apcupsd");
  CHECK(field(ups, "apcupsd.version") == "3.14.14 (31 May 2016) debian");
  CHECK(field(ups, "apcupsd.model") == "Smart-UPS 1500");
  CHECK(ups.host_names == std::vector<std::string>{"ups-01"});
  const auto nodes = read("epmd.names", "agent_wire/epmd");
  CHECK(nodes.protocol == "epmd");
  CHECK(nodes.banner == "epmd rabbit ejabberd");
  CHECK(field(nodes, "epmd.count") == "2");
  CHECK(field(nodes, "epmd.node") == "rabbit | ejabberd");
  CHECK(field(read("epmd.names", "agent_wire/epmd_none"), "epmd.count") == "0");
  const auto agent = read("zabbix.agent", "agent_wire/zabbix");
  CHECK(agent.protocol == "zabbix-agent");
  CHECK(field(agent, "zabbix.version") == "6.0.21");
  CHECK(read("zabbix.agent", "agent_wire/zabbix_unsupported").protocol == "zabbix-agent");
  const auto nrpe = read("nrpe.version", "agent_wire/nrpe");
  CHECK(nrpe.protocol == "nrpe");
  CHECK(field(nrpe, "nrpe.version") == "NRPE v4.1.0");
  CHECK(field(dissect("nrpe.version", as_bytes("NRPE v3.2.1")), "nrpe.version") == "NRPE v3.2.1");
}

TEST_CASE("a server of IRC tells what it can do and how it refuses", "[identify][dissect_shares]") {
  const auto inspircd = read("irc.reply", "irc_wire/inspircd_cap");
  CHECK(inspircd.protocol == "irc");
  CHECK(field(inspircd, "irc.capability").find(" | inspircd.org/poison | ") != std::string::npos);
  CHECK(field(inspircd, "irc.refusal") == "* VERSION :You have not registered.");
  CHECK(field(inspircd, "irc.closing") == "Closing link: (454AAAAAB@192.0.2.7) [Client exited]");
  CHECK(inspircd.host_names == std::vector<std::string>{"irc.example.test"});
  const auto unreal = read("irc.reply", "irc_wire/unreal");
  CHECK(unreal.banner == "UnrealIRCd-6.1.2. irc.example.test FhinW [*=6100]");
  CHECK(field(read("irc.reply", "irc_wire/hybrid"), "irc.notice") ==
        "*** Looking up your hostname | *** Checking Ident | *** No Ident response");
}

TEST_CASE("an SSH host key identifies its host", "[identify][dissect_services]") {
  const auto out = read("ssh.keys", "ssh_kex_wire/dropbear_2022");
  CHECK(out.protocol == "ssh");
  CHECK(field(out, "ssh.host_key") ==
        "ssh-ed25519 SHA256:3vd7MJYDkYzWdpehPS/ljCU4OXQLTaOBpJ2P/noaq0c");
  REQUIRE(out.identifiers.size() == 1);
  CHECK(out.identifiers[0].type == model::IdentifierType::ssh_host_key);
  CHECK(out.identifiers[0].value.size() == 64);
  CHECK(dissect("ssh.keys", as_bytes("SSH-2.0-x\r\n")).identifiers.empty());
}

TEST_CASE("other bytes under these channels prove nothing", "[identify][dissect_services]") {
  for (const auto* name :
       {"zookeeper.reply", "t3.reply",       "ajp.reply",  "rmi.reply",       "kafka.versions",
        "x11.setup",       "mssql.prelogin", "amqp.start", "db2.exchange",    "cassandra.supported",
        "pptp.reply",      "afp.status",     "nats.info",  "beanstalk.stats", "gearman.version",
        "clamd.version",   "mqtt.connack",   "stun.reply", "firebird.answer", "apcupsd.status",
        "epmd.names",      "zabbix.agent",   "irc.reply"}) {
    CAPTURE(name);
    CHECK(dissect(name, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")).protocol.empty());
  }
}
