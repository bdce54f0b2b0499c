#include "qingdan/net/mdns_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

ByteWriter& name(ByteWriter& out, std::initializer_list<std::string_view> labels) {
  for (const auto label : labels) out.u8(static_cast<std::uint8_t>(label.size())).text(label);
  return out.u8(0);
}

Bytes named(std::initializer_list<std::string_view> labels) {
  ByteWriter out;
  name(out, labels);
  return std::move(out).take();
}

void record(ByteWriter& out, std::uint16_t type, BytesView data) {
  out.u16be(type).u16be(0x8001).u32be(10).u16be(static_cast<std::uint16_t>(data.size()));
  out.bytes(data);
}

// What a printer's responder says to the first question and, with additionals, to the second.
Bytes printer_answer(std::uint16_t id) {
  ByteWriter out;
  out.u16be(id).u16be(0x8400).u16be(0).u16be(3).u16be(0).u16be(2);
  name(out, {"_services", "_dns-sd", "_udp", "local"});
  record(out, 12, named({"_ipp", "_tcp", "local"}));
  name(out, {"_services", "_dns-sd", "_udp", "local"});
  record(out, 12, named({"_http", "_tcp", "local"}));
  name(out, {"_ipp", "_tcp", "local"});
  record(out, 12, named({"Printer 3.F", "_ipp", "_tcp", "local"}));
  name(out, {"Printer 3.F", "_ipp", "_tcp", "local"});
  ByteWriter srv;
  srv.u16be(0).u16be(0).u16be(631).bytes(named({"NPI0A0B0C", "local"}));
  record(out, 33, srv.view());
  name(out, {"Printer 3.F", "_ipp", "_tcp", "local"});
  ByteWriter txt;
  txt.u8(9).text("txtvers=1").u8(7).text("ty=Acme");
  record(out, 16, txt.view());
  return std::move(out).take();
}

}  // namespace

TEST_CASE("an address is asked for its name backwards", "[net][mdns]") {
  CHECK(reverse_name(*parse_address("192.0.2.7")) == "7.2.0.192.in-addr.arpa");
  CHECK(reverse_name(*parse_address("2001:db8::1")) ==
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST_CASE("several questions go into one message; what is no name is left out", "[net][mdns]") {
  const auto query = build_mdns_query({{"_http._tcp.local", kDnsTypePtr, kDnsClassIn},
                                       {std::string(64, 'a') + ".local", kDnsTypePtr, kDnsClassIn},
                                       {"a..b", kDnsTypePtr, kDnsClassIn},
                                       {"Printer\\0323\\046F.local", kDnsTypeTxt, kDnsClassIn}},
                                      77);
  const auto message = parse_dns_message(query);
  REQUIRE(message);
  CHECK(message->id == 77);
  CHECK_FALSE(message->malformed);
  REQUIRE(message->questions.size() == 2);
  CHECK(message->questions[0].name == "_http._tcp.local");
  CHECK(message->questions[1].name == "Printer\\0323\\046F.local");
  CHECK_FALSE(parse_mdns_reply(query));
}

TEST_CASE("a reply gives types, instances, texts and the host's name", "[net][mdns]") {
  const auto reply = parse_mdns_reply(printer_answer(9));
  REQUIRE(reply);
  CHECK(reply->id == 9);
  CHECK(reply->types == std::vector<std::string>{"_ipp._tcp", "_http._tcp"});
  REQUIRE(reply->instances.size() == 1);
  CHECK(reply->instances[0].name == "Printer 3.F");
  CHECK(reply->instances[0].type == "_ipp._tcp");
  REQUIRE(reply->texts.size() == 1);
  CHECK(reply->texts[0].entries == std::vector<std::string>{"txtvers=1", "ty=Acme"});
  CHECK(reply->host == "NPI0A0B0C.local");
  const auto next = next_mdns_questions(*reply);
  REQUIRE(next.size() == 3);
  CHECK(next[0].name == "_ipp._tcp.local");
  CHECK(next[2].name == "NPI0A0B0C._device-info._tcp.local");
}

TEST_CASE("a reverse answer names the host; other domains say nothing", "[net][mdns]") {
  ByteWriter out;
  out.u16be(1).u16be(0x8400).u16be(0).u16be(1).u16be(0).u16be(0);
  name(out, {"7", "2", "0", "192", "in-addr", "arpa"});
  record(out, 12, named({"ws-01", "local"}));
  const auto reply = parse_mdns_reply(std::move(out).take());
  REQUIRE(reply);
  CHECK(reply->host == "ws-01.local");
  ByteWriter other;
  other.u16be(1).u16be(0x8180).u16be(0).u16be(1).u16be(0).u16be(0);
  name(other, {"7", "2", "0", "192", "in-addr", "arpa"});
  record(other, 12, named({"ws-01", "example", "test"}));
  CHECK_FALSE(parse_mdns_reply(std::move(other).take()));
}

TEST_CASE("many types are asked for eight at a time; hostile bytes harm nobody", "[net][mdns]") {
  MdnsReply reply;
  for (int i = 0; i < 40; ++i) reply.types.push_back("_t" + std::to_string(i) + "._tcp");
  CHECK(next_mdns_questions(reply).size() == 8);
  test::parse_damaged(printer_answer(1), [](BytesView bytes) {
    const auto damaged = parse_mdns_reply(bytes);
    if (damaged) CHECK(build_mdns_query(next_mdns_questions(*damaged), 1).size() >= 12);
  });
}
