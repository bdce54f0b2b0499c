// rpc_wires — ActiveMQ 5.17, krb5 1.20 and Heimdal 7.8 recorded, others after their documents.
// covers: net/rpc_wire net/kerberos_wire net/spice_wire
#include <catch2/catch.hpp>

#include "qingdan/net/kerberos_wire.h"
#include "qingdan/net/rpc_wire.h"
#include "qingdan/net/sniff.h"
#include "qingdan/net/spice_wire.h"
#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

namespace {

using Measure = Extent (*)(BytesView);
const std::vector<Measure> kMeasures{&measure_dubbo, &measure_rocketmq, &measure_bolt,
                                     &measure_openwire};
const std::vector<std::pair<std::string, Measure>> kSeeds{
    {"rpc_wire/dubbo_ok", &measure_dubbo},
    {"rpc_wire/dubbo_refused", &measure_dubbo},
    {"rpc_wire/rocketmq_namesrv", &measure_rocketmq},
    {"rpc_wire/rocketmq_broker", &measure_rocketmq},
    {"rpc_wire/rocketmq_own", &measure_rocketmq},
    {"rpc_wire/bolt_5_8", &measure_bolt},
    {"rpc_wire/bolt_4_4", &measure_bolt},
    {"rpc_wire/openwire_activemq", &measure_openwire},
    {"rpc_wire/openwire_5_15", &measure_openwire},
    {"rpc_wire/openwire_bare", &measure_openwire}};

Bytes changed(Bytes message, std::size_t at, std::uint8_t value) {
  message.at(at) = value;
  return message;
}

}  // namespace

TEST_CASE("an answer to a first frame is whole at its end, and is nobody else's", "[net][rpc]") {
  for (const auto& [name, measure] : kSeeds) {
    const auto message = seed(name);
    CAPTURE(name);
    for (std::size_t size = 0; size < message.size(); ++size) {
      CAPTURE(size);
      CHECK(measure(BytesView(message).first(size)).state == Extent::State::partial);
    }
    CHECK(measure(message).whole());
    CHECK(measure(message).size == message.size());
    for (const auto other : kMeasures) {
      if (other != measure) CHECK_FALSE(other(message).whole());
    }
  }
  for (const auto& request : {build_dubbo_heartbeat(), build_rocketmq_cluster_query(),
                              build_bolt_handshake(), build_kerberos_request(7)}) {
    for (const auto measure : kMeasures) CHECK(measure(request).foreign());
    CHECK_FALSE(parse_kerberos_error(request));
  }
  for (const auto* text : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "dubbo>"}) {
    for (const auto measure : kMeasures) CHECK(measure(as_bytes(text)).foreign());
  }
}

TEST_CASE("Dubbo's heartbeat is answered by an event under our number", "[net][dubbo]") {
  const Bytes request{0xDA, 0xBB, 0xE2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 'N'};
  CHECK(build_dubbo_heartbeat() == request);
  const auto good = seed("rpc_wire/dubbo_ok");
  CHECK(parse_dubbo(good).value().status == 20);
  CHECK(parse_dubbo(good).value().serialization == 2);
  CHECK(parse_dubbo(seed("rpc_wire/dubbo_refused")).value().status == 40);
  CHECK(measure_dubbo(changed(good, 3, 21)).foreign());     // no such status
  CHECK(measure_dubbo(changed(good, 11, 2)).foreign());     // another's number
  CHECK(measure_dubbo(changed(good, 2, 0xE2)).foreign());   // an echo
  CHECK(measure_dubbo(changed(good, 2, 0x02)).foreign());   // success, of no event
  CHECK(measure_dubbo(changed(good, 12, 0x01)).foreign());  // 16 MiB
}

TEST_CASE("RocketMQ's answers say the version in either form", "[net][rocketmq]") {
  const auto request = build_rocketmq_cluster_query();
  ByteReader reader(request);
  CHECK(reader.u32be() == request.size() - 4);
  CHECK(reader.u32be() == request.size() - 8);
  CHECK(as_text(reader.rest()).starts_with(R"({"code":106,"flag":0,)"));
  const auto names = parse_rocketmq(seed("rpc_wire/rocketmq_namesrv"));
  REQUIRE(names);
  CHECK(names->code == 0);
  CHECK(names->version == 401);
  CHECK(names->brokers);
  for (const auto* name : {"rpc_wire/rocketmq_broker", "rpc_wire/rocketmq_own"}) {
    const auto broker = parse_rocketmq(seed(name)).value();
    CHECK(broker.code == 3);
    CHECK(broker.remark == " request type 106 not supported");
    CHECK_FALSE(broker.brokers);
  }
  CHECK(parse_rocketmq(seed("rpc_wire/rocketmq_own")).value().version == 433);
  auto cut = seed("rpc_wire/rocketmq_namesrv");
  cut.resize(cut.size() - 40);
  CHECK(parse_rocketmq(cut).value().version == 401);
  cut.resize(60);
  CHECK_FALSE(parse_rocketmq(cut));
  const auto own = seed("rpc_wire/rocketmq_own");
  CHECK(measure_rocketmq(changed(own, 16, 2)).foreign());  // another's number
  CHECK(measure_rocketmq(changed(own, 20, 0)).foreign());  // a request
  CHECK(measure_rocketmq(changed(own, 4, 2)).foreign());   // a third form
}

TEST_CASE("RocketMQ's numbers are releases", "[net][rocketmq]") {
  // The last of each series, and what comes next: as MQVersion lists them.
  const std::vector<std::pair<int, std::string>> known{
      {15, ""},       {17, "3.0.1"},  {45, "3.0.15"}, {46, "3.1.0-SNAPSHOT"}, {63, "3.1.8"},
      {85, "3.2.9"},  {87, "3.3.1"},  {121, "3.4.9"}, {139, "3.5.9"},         {213, "4.0.0"},
      {293, "4.4.0"}, {317, "4.5.2"}, {401, "4.9.4"}, {411, "4.9.9"},         {413, "5.0.0"},
      {433, "5.1.0"}, {441, "5.1.4"}, {453, "5.2.0"}, {611, "5.9.9"},         {612, ""},
      {-1, ""},       {0, ""}};
  for (const auto& [ordinal, text] : known) CHECK(rocketmq_version_text(ordinal) == text);
}

TEST_CASE("Bolt's versions are offered in ranges, and one is chosen", "[net][bolt]") {
  const Bytes request{0x60, 0x60, 0xB0, 0x17, 0, 8, 8, 5, 0, 2, 4, 4, 0, 0, 1, 4, 0, 0, 0, 3};
  CHECK(build_bolt_handshake() == request);
  CHECK(parse_bolt(Bytes{0, 0, 8, 5}) == "5.8");
  CHECK(parse_bolt(Bytes{0, 0, 0, 3}) == "3.0");
  CHECK_FALSE(parse_bolt(Bytes{0, 0, 0, 0}));     // none
  CHECK_FALSE(parse_bolt(Bytes{0, 0, 0, 4}));     // not offered
  CHECK_FALSE(parse_bolt(Bytes{0, 0, 9, 5}));     // nor this
  CHECK_FALSE(parse_bolt(Bytes{0, 0, 8, 5, 0}));  // it would wait for us
}

TEST_CASE("ActiveMQ begins with what it is", "[net][openwire]") {
  const auto newer = parse_openwire(seed("rpc_wire/openwire_activemq"));
  REQUIRE(newer);
  CHECK(newer->version == 12);
  CHECK(newer->provider == "ActiveMQ");
  CHECK(newer->provider_version == "5.17.2");
  CHECK(newer->platform == "Java");
  CHECK(parse_openwire(seed("rpc_wire/openwire_5_15")).value().platform.ends_with("amd64"));
  const auto bare = parse_openwire(seed("rpc_wire/openwire_bare"));
  REQUIRE(bare);
  CHECK(bare->version == 1);
  CHECK(bare->provider.empty());
  CHECK_FALSE(parse_openwire(changed(seed("rpc_wire/openwire_bare"), 16, 0)));  // version 0
  CHECK(measure_openwire(changed(seed("rpc_wire/openwire_bare"), 5, 'B')).foreign());
  CHECK(sniff(seed("rpc_wire/openwire_activemq")) == "openwire");
}

TEST_CASE("a request of Kerberos names no client", "[net][kerberos]") {
  const Bytes request{0x6A, 0x7A, 0x30, 0x78, 0xA1, 0x03, 0x02, 0x01, 0x05, 0xA2, 0x03, 0x02, 0x01,
                      0x0A, 0xA4, 0x6C, 0x30, 0x6A, 0xA0, 0x07, 0x03, 0x05, 0x00, 0x00, 0x00, 0x00,
                      0x00, 0xA2, 0x11, 0x1B, 0x0F, 'Q',  'I',  'N',  'G',  'D',  'A',  'N',  '.',
                      'I',  'N',  'V',  'A',  'L',  'I',  'D',  0xA3, 0x24, 0x30, 0x22, 0xA0, 0x03,
                      0x02, 0x01, 0x02, 0xA1, 0x1B, 0x30, 0x19, 0x1B, 0x06, 'k',  'r',  'b',  't',
                      'g',  't',  0x1B, 0x0F, 'Q',  'I',  'N',  'G',  'D',  'A',  'N',  '.',  'I',
                      'N',  'V',  'A',  'L',  'I',  'D',  0xA5, 0x11, 0x18, 0x0F, '1',  '9',  '7',
                      '0',  '0',  '1',  '0',  '1',  '0',  '0',  '0',  '0',  '0',  '0',  'Z',  0xA7,
                      0x06, 0x02, 0x04, 0x41, 0x02, 0x03, 0x04, 0xA8, 0x0B, 0x30, 0x09, 0x02, 0x01,
                      0x12, 0x02, 0x01, 0x11, 0x02, 0x01, 0x17};
  CHECK(build_kerberos_request(0xC102'0304) == request);
  const auto framed = build_kerberos_request_tcp(0xC102'0304);
  CHECK(ByteReader(framed).u32be() == request.size());
  CHECK(std::equal(request.begin(), request.end(), framed.begin() + 4, framed.end()));
  CHECK(measure_kerberos_error_tcp(framed).foreign());
}

TEST_CASE("centres refuse in their own words", "[net][kerberos]") {
  const auto mit = parse_kerberos_error(seed("kerberos_wire/mit")).value();
  CHECK(mit.code == 6);
  CHECK(mit.text == "NULL_CLIENT");
  CHECK(mit.realm == kKerberosNowhere);
  const auto heimdal = parse_kerberos_error(seed("kerberos_wire/heimdal")).value();
  CHECK(heimdal.code == 60);
  CHECK(heimdal.text == "No client in request");
  const auto windows = parse_kerberos_error(seed("kerberos_wire/wrong_realm")).value();
  CHECK(windows.code == 68);
  CHECK(windows.text.empty());
  // krb5's answer to what is no Kerberos, over TCP: a GET is too long a message.
  const auto tcp = seed("kerberos_wire/mit_too_long_tcp");
  CHECK(parse_kerberos_error(tcp).value().code == 61);
  CHECK(parse_kerberos_error(tcp).value().realm == "EXAMPLE.TEST");
  CHECK(sniff(tcp) == "kerberos");
  CHECK(measure_kerberos_error_tcp(tcp).size == tcp.size());
  for (std::size_t size = 0; size < tcp.size(); ++size) {
    CHECK(measure_kerberos_error_tcp(BytesView(tcp).first(size)).state == Extent::State::partial);
  }
  CHECK(sniff(BytesView(tcp).first(17)).empty());
  auto more = seed("kerberos_wire/mit");
  more.push_back(0);
  CHECK_FALSE(parse_kerberos_error(more));
  CHECK_FALSE(parse_kerberos_error(changed(seed("kerberos_wire/mit"), 8, 4)));  // version 4
}

TEST_CASE("SPICE refuses a page by its own reply", "[net][spice]") {
  const auto good = seed("spice_wire/accepted");
  CHECK(parse_spice_reply(good).value().major == 2);
  CHECK(parse_spice_reply(good).value().minor == 2);
  CHECK(parse_spice_reply(good).value().error == 0);
  const auto refused = seed("spice_wire/refused");
  CHECK(parse_spice_reply(refused).value().error == 2);
  CHECK(sniff(refused) == "spice");
  CHECK_FALSE(parse_spice_reply(changed(refused, 16, 200)));  // no such error
  CHECK_FALSE(parse_spice_reply(changed(refused, 12, 18)));   // a request
  CHECK_FALSE(parse_spice_reply(BytesView(refused).first(19)));
  CHECK_FALSE(parse_spice_reply(as_bytes("REDQ, the red queue, is ready\r\n")));
}

TEST_CASE("damaged answers to first frames are survived", "[net][rpc][kerberos]") {
  const auto all = [](BytesView bytes) {
    static_cast<void>(parse_dubbo(bytes));
    static_cast<void>(parse_rocketmq(bytes));
    static_cast<void>(parse_bolt(bytes));
    static_cast<void>(parse_openwire(bytes));
    static_cast<void>(parse_kerberos_error(bytes));
    static_cast<void>(parse_spice_reply(bytes));
    static_cast<void>(sniff(bytes));
  };
  for (const auto& [name, measure] : kSeeds) test::parse_damaged(seed(name), all);
  for (const auto* name : {"mit", "heimdal", "wrong_realm", "mit_too_long_tcp"}) {
    test::parse_damaged(seed("kerberos_wire/" + std::string(name)), all);
  }
  test::parse_damaged(seed("spice_wire/accepted"), all);
}
