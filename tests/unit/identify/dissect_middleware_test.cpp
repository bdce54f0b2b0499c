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

TEST_CASE("remote calls and brokers are told by their answers", "[identify][dissect_middleware]") {
  const auto dubbo = read("dubbo.heartbeat", "rpc_wire/dubbo_ok");
  CHECK(dubbo.protocol == "dubbo");
  CHECK(field(dubbo, "dubbo.status") == "20");
  const auto names = read("rocketmq.reply", "rpc_wire/rocketmq_namesrv");
  CHECK(names.protocol == "rocketmq");
  CHECK(field(names, "rocketmq.version") == "4.9.4");
  CHECK(field(names, "rocketmq.role") == "name server");
  const auto broker = read("rocketmq.reply", "rpc_wire/rocketmq_broker");
  CHECK(field(broker, "rocketmq.version") == "5.1.4");
  CHECK(field(broker, "rocketmq.role") == "broker");
  CHECK(field(read("bolt.version", "rpc_wire/bolt_5_8"), "bolt.version") == "5.8");
  const auto openwire = read("openwire.info", "rpc_wire/openwire_activemq");
  CHECK(field(openwire, "openwire.provider") == "ActiveMQ 5.17.2");
  CHECK(field(openwire, "openwire.version") == "12");
  CHECK(openwire.banner == "OpenWire 12, ActiveMQ 5.17.2");
  const auto old = read("openwire.info", "rpc_wire/openwire_bare");
  CHECK(field(old, "openwire.provider").empty());
  CHECK(old.banner == "OpenWire 1");
}

TEST_CASE("an ORB is told by the reference it hands out", "[identify][dissect_middleware]") {
  const auto weblogic = read("iiop.locate", "giop_wire/weblogic");
  CHECK(weblogic.protocol == "iiop");
  CHECK(field(weblogic, "iiop.version") == "1.2");
  CHECK(field(weblogic, "iiop.status") == "elsewhere");
  CHECK(field(weblogic, "iiop.type") == "IDL:weblogic/corba/cos/naming/NamingContextAny:1.0");
  CHECK(field(weblogic, "iiop.address") == "192.0.2.7:7001");
  CHECK(field(weblogic, "iiop.key").starts_with("00424541"));
  CHECK(field(weblogic, "iiop.orb") == "BEA");
  CHECK(field(read("iiop.locate", "giop_wire/java"), "iiop.key").starts_with("afabcb00"));
  CHECK(field(read("iiop.locate", "giop_wire/omninames"), "iiop.orb") == "ATT");
  CHECK(field(read("iiop.locate", "giop_wire/exception"), "iiop.exception") ==
        "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0 54410004");
  CHECK(field(read("iiop.locate", "giop_wire/tao"), "iiop.status") == "here");
  // Said to another question.
  const auto error = read("unknown.stream", "giop_wire/error");
  CHECK(error.protocol == "iiop");
  CHECK(error.banner == "GIOP 1.0, error ");
}

TEST_CASE("a centre's realm is told where it is not the one we asked for",
          "[identify][dissect_middleware]") {
  const auto mit = read("kerberos.error", "kerberos_wire/mit");
  CHECK(mit.protocol == "kerberos");
  CHECK(field(mit, "kerberos.error") == "6 NULL_CLIENT");
  CHECK(field(mit, "kerberos.realm").empty());
  CHECK(field(read("kerberos.error", "kerberos_wire/wrong_realm"), "kerberos.error") == "68");
  // Heard in answer to another question.
  const auto told = read("unknown.stream", "kerberos_wire/mit_too_long_tcp");
  CHECK(told.protocol == "kerberos");
  CHECK(field(told, "kerberos.realm") == "EXAMPLE.TEST");
  CHECK(read("unknown.stream", "rpc_wire/openwire_activemq").protocol == "openwire");
  const auto display = read("unknown.stream", "spice_wire/refused");
  CHECK(display.protocol == "spice");
  CHECK(field(display, "spice.version") == "2.2");
}

TEST_CASE("other bytes under the channels of middleware prove nothing",
          "[identify][dissect_middleware]") {
  for (const auto* name : {"dubbo.heartbeat", "rocketmq.reply", "bolt.version", "openwire.info",
                           "kerberos.error", "spice.link", "iiop.locate"}) {
    CAPTURE(name);
    const auto out = dissect(name, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    CHECK(out.protocol.empty());
    CHECK(out.fields.empty());
  }
}
