#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "unit/identify/fields.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::field;

namespace {

Dissection read(std::string_view channel, const std::string& name) {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/" + name, std::ios::binary);
  REQUIRE(file);
  const Bytes raw{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return dissect(channel, raw);
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

TEST_CASE("other bytes under these channels prove nothing", "[identify][dissect_services]") {
  for (const auto* name : {"zookeeper.reply", "t3.reply", "ajp.reply", "rmi.reply",
                           "kafka.versions", "x11.setup", "mssql.prelogin", "amqp.start"}) {
    CAPTURE(name);
    CHECK(dissect(name, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")).protocol.empty());
  }
}
