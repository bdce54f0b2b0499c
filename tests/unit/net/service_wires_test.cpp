// service_wires — the short protocols of databases, middleware and displays, on messages laid out
// byte by byte after their documents (tests/fuzz/corpus).
// covers: net/tns_wire net/tds_wire net/amqp_wire net/x11_wire net/middleware_wire
// covers: net/cql_wire net/drda_wire net/remote_wire
#include <catch2/catch.hpp>

#include "qingdan/net/amqp_wire.h"
#include "qingdan/net/cql_wire.h"
#include "qingdan/net/drda_wire.h"
#include "qingdan/net/middleware_wire.h"
#include "qingdan/net/remote_wire.h"
#include "qingdan/net/tds_wire.h"
#include "qingdan/net/tns_wire.h"
#include "qingdan/net/x11_wire.h"
#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

namespace {

// Cut anywhere it may still become whole; it is whole at its end and never before.
void check_growing(const Bytes& message, Extent (*measure)(BytesView)) {
  for (std::size_t size = 0; size < message.size(); ++size) {
    const auto extent = measure(BytesView(message).first(size));
    CAPTURE(size);
    CHECK_FALSE(extent.whole());
    CHECK_FALSE(extent.foreign());
  }
  CHECK(measure(message).whole());
  CHECK(measure(message).size == message.size());
}

const std::vector<std::string> kForeign{"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n",
                                        "220 mail ESMTP\r\n", "+OK\r\n", "ERROR\r\n"};

}  // namespace

TEST_CASE("a ping of the listener is one packet of its own length", "[net][tns]") {
  const auto ping = build_tns_ping();
  ByteReader reader(ping);
  CHECK(reader.u16be() == ping.size());
  reader.skip(2);
  CHECK(reader.u8() == 1);
  reader.skip(19);
  const auto size = reader.u16be(), at = reader.u16be();
  CHECK(std::size_t{size} + at == ping.size());
  CHECK(as_text(BytesView(ping).subspan(at)) == "(DESCRIPTION=(CONNECT_DATA=(COMMAND=ping)))");
}

TEST_CASE("the listener tells its version in digits, cut anew since 18", "[net][tns]") {
  check_growing(seed("tns_wire/refuse_19c"), &measure_tns_packet);
  const auto now = parse_tns_reply(seed("tns_wire/refuse_19c"));
  REQUIRE(now);
  CHECK(now->kind == TnsReply::Kind::refuse);
  CHECK(now->version == "19.0.0.0.0");
  CHECK(now->data.starts_with("(DESCRIPTION="));
  CHECK(parse_tns_reply(seed("tns_wire/refuse_11g"))->version == "11.2.0.4.0");
  CHECK(parse_tns_reply(seed("tns_wire/resend"))->kind == TnsReply::Kind::resend);
  CHECK(tns_version_text(169870336) == "10.2.0.4.0");
  CHECK(tns_version_text(202375680) == "12.1.0.2.0");
  CHECK(tns_version_text(352321536) == "21.0.0.0.0");
}

TEST_CASE("PRELOGIN has a table and values that fit it", "[net][tds]") {
  const auto hello = build_tds_prelogin();
  ByteReader reader(hello);
  CHECK(reader.u8() == 0x12);
  CHECK(reader.u8() == 1);
  CHECK(reader.u16be() == hello.size());
  reader.skip(4);
  std::size_t end = 0;
  while (true) {
    const auto token = reader.u8();
    if (token == 0xFF) break;
    const std::size_t offset = reader.u16be(), size = reader.u16be();
    REQUIRE(reader);
    end = offset + size;
  }
  CHECK(end + 8 == hello.size());
}

TEST_CASE("SQL Server tells its build before a login", "[net][tds]") {
  check_growing(seed("tds_wire/sql2019"), &measure_tds_prelogin);
  const auto reply = parse_tds_prelogin(seed("tds_wire/sql2019"));
  REQUIRE(reply);
  CHECK(reply->version == "15.0.4312");
  CHECK(reply->encryption == 0);
  CHECK(parse_tds_prelogin(seed("tds_wire/sql2008r2"))->version == "10.50.6000");
  CHECK(parse_tds_prelogin(seed("tds_wire/sql2008r2"))->encryption == 2);
}

TEST_CASE("a broker shows its properties, or the version it wants", "[net][amqp]") {
  CHECK(build_amqp_header() == Bytes{'A', 'M', 'Q', 'P', 0, 0, 9, 1});
  check_growing(seed("amqp_wire/rabbitmq"), &measure_amqp_start);
  const auto start = parse_amqp_start(seed("amqp_wire/rabbitmq"));
  REQUIRE(start);
  REQUIRE(start->properties.size() == 5);
  CHECK(start->properties[3] == std::pair<std::string, std::string>{"product", "RabbitMQ"});
  CHECK(start->properties[4] == std::pair<std::string, std::string>{"version", "3.9.13"});
  CHECK(start->mechanisms == "PLAIN AMQPLAIN");
  CHECK(parse_amqp_start(seed("amqp_wire/header_10"))->wants == "1.0.0");
}

TEST_CASE("a display lets in and tells its vendor, or tells why not", "[net][x11]") {
  CHECK(build_x11_setup().size() == 12);
  check_growing(seed("x11_wire/open"), &measure_x11_setup);
  const auto open = parse_x11_setup(seed("x11_wire/open"));
  REQUIRE(open);
  CHECK(open->kind == X11Reply::Kind::success);
  CHECK(open->vendor == "The X.Org Foundation");
  CHECK(open->release == 12101004);
  const auto failed = parse_x11_setup(seed("x11_wire/failed"));
  REQUIRE(failed);
  CHECK(failed->reason == "No protocol specified\n");
  CHECK(failed->version == "11.0");
}

TEST_CASE("ZooKeeper tells version and mode, or that it may not", "[net][middleware]") {
  const auto whole = seed("middleware_wire/srvr");
  check_growing(whole, &measure_zookeeper);
  const auto reply = parse_zookeeper(whole);
  REQUIRE(reply);
  CHECK(reply->version == "3.8.1-74db005175a4ec545697012f9069cb9dcc8cdda7");
  CHECK(reply->mode == "standalone");
  const auto no = parse_zookeeper(seed("middleware_wire/srvr_no"));
  REQUIRE(no);
  CHECK(no->version.empty());
}

TEST_CASE("WebLogic tells its release in its greeting", "[net][middleware]") {
  const auto hello = seed("middleware_wire/t3");
  check_growing(hello, &measure_t3);
  CHECK(parse_t3(hello) == "12.2.1.4.0");
  CHECK(parse_t3(as_bytes("HELO:10.3.6.0.true\nAS:2048\n\n")) == "10.3.6.0");
  CHECK(parse_t3(as_bytes("LGIN:refused\n\n")) == "");
}

TEST_CASE("CPong, ProtocolAck and ApiVersions are told by their bytes", "[net][middleware]") {
  check_growing(seed("middleware_wire/cpong"), &measure_ajp_cpong);
  check_growing(seed("middleware_wire/rmi"), &measure_rmi_ack);
  CHECK(parse_rmi_ack(seed("middleware_wire/rmi")) == "192.0.2.101");
  check_growing(seed("middleware_wire/kafka"), &measure_kafka);
  const auto apis = parse_kafka_api_versions(seed("middleware_wire/kafka"));
  REQUIRE(apis);
  REQUIRE(apis->size() == 5);
  CHECK(apis->at(1).most == 13);
  const auto request = build_kafka_api_versions();
  CHECK(ByteReader(request).u32be() == request.size() - 4);
}

TEST_CASE("Cassandra tells what it supports, or which versions it wants", "[net][cql]") {
  CHECK(build_cql_options() == Bytes{4, 0, 0, 0, 5, 0, 0, 0, 0});
  check_growing(seed("cql_wire/supported"), &measure_cql);
  const auto answer = parse_cql(seed("cql_wire/supported"));
  REQUIRE(answer);
  CHECK(answer->options.size() == 6);
  CHECK(answer->options[0] == std::pair<std::string, std::string>{"CQL_VERSION", "3.4.5"});
  CHECK(parse_cql(seed("cql_wire/error"))->error.starts_with("Invalid or unsupported"));
}

TEST_CASE("DB2 and Derby tell class and release, each in its own letters", "[net][drda]") {
  const auto question = build_drda_exchange();
  CHECK(ByteReader(question).u16be() == question.size());
  check_growing(seed("drda_wire/db2"), &measure_drda);
  const auto db2 = parse_drda(seed("drda_wire/db2"));
  REQUIRE(db2);
  CHECK(db2->class_name == "QDB2/LINUXX8664");
  CHECK(db2->release == "SQL11055");
  CHECK(db2->name == "db2inst1");
  CHECK(parse_drda(seed("drda_wire/derby"))->class_name == "Apache Derby");
  CHECK(db2_version_text("SQL11055") == "11.5.5");
  CHECK(db2_version_text("SQL09078") == "9.7.8");
  CHECK(db2_version_text("CSS10140").empty());
  CHECK(db2_version_text("SQL1105x").empty());
}

TEST_CASE("PPTP, AFP and NATS introduce themselves", "[net][remote]") {
  CHECK(build_pptp_start().size() == 156);
  CHECK(measure_pptp(build_pptp_start()).whole());
  CHECK_FALSE(parse_pptp(build_pptp_start()));  // an echo
  CHECK(build_pptp_stop().size() == 16);
  check_growing(seed("remote_wire/pptp"), &measure_pptp);
  const auto gate = parse_pptp(seed("remote_wire/pptp"));
  REQUIRE(gate);
  CHECK(gate->vendor == "MikroTik");
  CHECK(gate->host == "gw");
  CHECK(gate->firmware == 4608);
  check_growing(seed("remote_wire/afp"), &measure_afp);
  const auto share = parse_afp(seed("remote_wire/afp"));
  REQUIRE(share);
  CHECK(share->machine == "Netatalk3.1.12");
  CHECK(share->name == "nas01");
  CHECK(share->versions == "AFP2.2 AFPX03 AFP3.4");
  CHECK_FALSE(measure_afp(build_afp_status()).whole());  // an echo
  check_growing(seed("remote_wire/nats"), &measure_nats);
  const auto info = parse_nats(seed("remote_wire/nats"));
  REQUIRE(info);
  CHECK(info->version == "2.9.10");
  CHECK(info->server_name == "mq01");
}

TEST_CASE("none of them claims what others say", "[net][middleware]") {
  for (const auto& text : kForeign) {
    const auto bytes = as_bytes(text);
    CAPTURE(text);
    for (const auto measure :
         {&measure_tns_packet, &measure_tds_prelogin, &measure_amqp_start, &measure_x11_setup,
          &measure_zookeeper, &measure_t3, &measure_ajp_cpong, &measure_rmi_ack, &measure_kafka,
          &measure_cql, &measure_drda, &measure_pptp, &measure_afp, &measure_nats}) {
      CHECK_FALSE(measure(bytes).whole());
    }
  }
}

TEST_CASE("damaged replies are survived", "[net][middleware]") {
  const auto all = [](BytesView bytes) {
    static_cast<void>(parse_tns_reply(bytes));
    static_cast<void>(parse_tds_prelogin(bytes));
    static_cast<void>(parse_amqp_start(bytes));
    static_cast<void>(parse_x11_setup(bytes));
    static_cast<void>(parse_zookeeper(bytes));
    static_cast<void>(parse_t3(bytes));
    static_cast<void>(parse_rmi_ack(bytes));
    static_cast<void>(parse_kafka_api_versions(bytes));
    static_cast<void>(parse_cql(bytes));
    static_cast<void>(parse_drda(bytes));
    static_cast<void>(parse_pptp(bytes));
    static_cast<void>(parse_afp(bytes));
    static_cast<void>(parse_nats(bytes));
  };
  for (const std::string name :
       {"tns_wire/refuse_19c", "tds_wire/sql2019", "amqp_wire/rabbitmq", "x11_wire/open",
        "middleware_wire/srvr", "middleware_wire/t3", "middleware_wire/rmi",
        "middleware_wire/kafka", "cql_wire/supported", "drda_wire/db2", "remote_wire/afp",
        "remote_wire/nats"}) {
    test::parse_damaged(seed(name), all);
  }
}
