#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/snmp_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {

// The report of an engine to `request`: as net-snmp sends it, with an invented engine id.
Bytes report_to(const Bytes& request) {
  const auto asked = net::parse_snmp_message(request);
  ByteWriter id;
  id.u32be(static_cast<std::uint32_t>(asked->message_id));
  const auto hex = to_hex(id.view());
  return *from_hex("307102010330110204" + hex +
                   "020300ffe3040100020103"
                   "0421301f0411"
                   "80001f8880779be033254c036b00000000"
                   "020101"
                   "02010f"
                   "040004000400"
                   "30360411"
                   "80001f8880779be033254c036b00000000"
                   "0400"
                   "a81f0204" +
                   hex + "0201000201003011300f060a2b060106030f01010400410101");
}

}  // namespace

TEST_CASE("an agent is asked to name its engine", "[probe][snmp_engine]") {
  auto conversation = make_snmp_engine(test::setting_of(161));
  const auto request = conversation->on_open().send;
  const auto report = report_to(request);
  auto again = make_snmp_engine(test::setting_of(161));
  const auto played = test::play_datagrams(*again, {report});
  CHECK(played.sent == std::vector<Bytes>{request});
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kSnmpEngine);
  CHECK(played.heard[0].raw == report);
  CHECK(net::parse_snmp_message(report)->engine_time == 15);
}

TEST_CASE("a report to another's question does not end the wait", "[probe][snmp_engine]") {
  auto other = make_snmp_engine(test::setting_of(10161));
  const auto stray = report_to(other->on_open().send);
  auto conversation = make_snmp_engine(test::setting_of(161));
  const auto played = test::play_datagrams(*conversation, {stray});
  CHECK_FALSE(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kUnknown);
}

TEST_CASE("snmp claims no other peer", "[probe][snmp_engine]") {
  for (const auto& says : test::foreign_peers()) {
    auto conversation = make_snmp_engine(test::setting_of(161));
    const auto played = test::play_datagrams(*conversation, {says});
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
  }
}
