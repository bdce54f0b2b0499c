#include "qingdan/net/snmp_wire.h"

#include <catch2/catch.hpp>

#include "net/ber.h"
#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes octets(BytesView bytes) { return ber::element(ber::kOctetString, bytes); }

// usmStatsUnknownEngineIDs.0 = 3
Bytes report_values() {
  const auto oid = ber::element(ber::kOid, *from_hex("2b060106030f01010400"));
  const auto value = ber::integer(3, 0x41);
  return ber::element(ber::kSequence, ber::element(ber::kSequence, {oid, value}));
}

Bytes report(BytesView engine_id, std::uint8_t flags = 0) {
  const Bytes flag = {flags};
  const auto header = ber::element(
      ber::kSequence, {ber::integer(99), ber::integer(65507), octets(flag), ber::integer(3)});
  const auto usm =
      ber::element(ber::kSequence, {octets(engine_id), ber::integer(7), ber::integer(86'400),
                                    octets({}), octets({}), octets({})});
  const auto pdu =
      ber::element(0xA8, {ber::integer(0), ber::integer(0), ber::integer(0), report_values()});
  const auto scoped = ber::element(ber::kSequence, {octets(engine_id), octets({}), pdu});
  return ber::element(ber::kSequence, {ber::integer(3), header, octets(usm), scoped});
}

Bytes v2c_response() {
  const auto descr =
      ber::element(ber::kSequence, {ber::element(ber::kOid, *from_hex("2b06010201010100")),
                                    octets(as_bytes("Example Router, Version 1.2"))});
  const auto object =
      ber::element(ber::kSequence, {ber::element(ber::kOid, *from_hex("2b06010201010200")),
                                    ber::element(ber::kOid, *from_hex("2b060104018f5b0117"))});
  const auto absent = ber::element(
      ber::kSequence,
      {ber::element(ber::kOid, *from_hex("2b06010201010500")), ber::element(0x81, BytesView{})});
  const auto pdu = ber::element(0xA2, {ber::integer(5), ber::integer(0), ber::integer(0),
                                       ber::element(ber::kSequence, {descr, object, absent})});
  return ber::element(ber::kSequence, {ber::integer(1), octets(as_bytes("example")), pdu});
}

}  // namespace

TEST_CASE("discovery asks nothing of nobody", "[net][snmp]") {
  const auto request = build_snmp_engine_discovery(99);
  CHECK(to_hex(request) ==
        "303802010330"
        "0e02016302"
        "0300ffe3040104020103"
        "0410300e040002010002010004000400"
        "0400"
        "301104000400a00b02016302010002010030"
        "00");
  const auto message = parse_snmp_message(request);
  REQUIRE(message);
  CHECK(message->version == 3);
  CHECK(message->message_id == 99);
  CHECK(message->user.empty());
  CHECK(message->engine_id.empty());
  CHECK(message->pdu == 0xA0);
}

TEST_CASE("a report names the engine, its boots and its time", "[net][snmp]") {
  const auto message = parse_snmp_message(report(*from_hex("800007db03001122334455")));
  REQUIRE(message);
  CHECK(message->pdu == 0xA8);
  CHECK(message->engine_boots == 7);
  CHECK(message->engine_time == 86'400);
  CHECK(message->find_text("1.3.6.1.6.3.15.1.1.4.0") == "3");
  const auto id = parse_snmp_engine_id(message->engine_id);
  REQUIRE(id);
  CHECK(id->enterprise == 2011);
  CHECK(id->format == SnmpEngineId::Format::mac);
  CHECK(id->text == "00:11:22:33:44:55");
}

TEST_CASE("an encrypted message ends at its cipher text", "[net][snmp]") {
  const auto message = parse_snmp_message(report(*from_hex("800007db03001122334455"), 0x03));
  REQUIRE(message);
  CHECK(message->encrypted);
  CHECK(message->values.empty());
}

TEST_CASE("a v2c response gives texts, object identifiers and absences", "[net][snmp]") {
  const auto message = parse_snmp_message(v2c_response());
  REQUIRE(message);
  CHECK(message->version == 1);
  CHECK(message->community == "example");
  CHECK(message->request_id == 5);
  CHECK(message->find_text("1.3.6.1.2.1.1.1.0") == "Example Router, Version 1.2");
  CHECK(message->find_text("1.3.6.1.2.1.1.2.0") == "1.3.6.1.4.1.2011.1.23");
  REQUIRE(message->values.size() == 3);
  CHECK(message->values[2].type == 0x81);
}

TEST_CASE("engine ids of every format are read", "[net][snmp]") {
  using Format = SnmpEngineId::Format;
  const auto read = [](std::string_view hex) { return *parse_snmp_engine_id(*from_hex(hex)); };
  CHECK(read("8000000901c0000207").text == "192.0.2.7");
  CHECK(read("8000000901c0000207").format == Format::ipv4);
  CHECK(read("800000090220010db8000000000000000000000001").text == "2001:db8::1");
  CHECK(read("80001f8804726f75746572").text == "router");
  CHECK(read("80001f8804726f75746572").enterprise == 8072);
  CHECK(read("80001f8805abcd").format == Format::octets);
  CHECK(read("80001f8805abcd").text == "abcd");
  CHECK(read("80001f8880779be033254c036b").format == Format::enterprise_specific);
  CHECK(read("80001f8880779be033254c036b").format_octet == 0x80);
  CHECK(read("0000000901c000020700a1b2").format == Format::old);
  CHECK(read("0000000901c000020700a1b2").enterprise == 9);
  CHECK(read("8000000901c00002").format == Format::octets);  // an address cut short
}

TEST_CASE("ids that cannot be are refused", "[net][snmp]") {
  CHECK_FALSE(parse_snmp_engine_id(*from_hex("80001f88")));
  CHECK_FALSE(parse_snmp_engine_id(Bytes(33, 1)));
  CHECK_FALSE(parse_snmp_engine_id(Bytes(12, 0)));
  CHECK_FALSE(parse_snmp_engine_id(Bytes(12, 0xFF)));
}

TEST_CASE("what is not SNMP is refused", "[net][snmp]") {
  CHECK_FALSE(parse_snmp_message({}));
  CHECK_FALSE(parse_snmp_message(as_bytes("HTTP/1.1 400")));
  CHECK_FALSE(parse_snmp_message(*from_hex("3003020107")));
  const auto good = report(*from_hex("800007db03001122334455"));
  CHECK_FALSE(parse_snmp_message(BytesView(good).first(good.size() - 1)));
}

TEST_CASE("damaged SNMP messages are survived", "[net][snmp]") {
  const auto parse = [](BytesView bytes) {
    if (const auto message = parse_snmp_message(bytes)) {
      (void)parse_snmp_engine_id(message->engine_id);
    }
  };
  test::parse_damaged(report(*from_hex("800007db03001122334455")), parse);
  test::parse_damaged(v2c_response(), parse);
}
