// datagrams — one request, what counts as its answer, and what is kept of everything else.
// covers: probe/netbios probe/mdns probe/ssdp probe/ipmi
#include "probe/datagrams.h"

#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/net/dns_wire.h"
#include "qingdan/net/ipmi_wire.h"
#include "qingdan/net/netbios_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {

Bytes netbios_answer(BytesView request) {
  ByteWriter out;
  out.bytes(request.first(2)).u16be(0x8400).u16be(0).u16be(1).u16be(0).u16be(0);
  out.u8(32).text("CK").fill(30, 'A').u8(0).u16be(0x21).u16be(1).u32be(0).u16be(65);
  out.u8(1).text("SERVER         ").u8(0).u16be(0x0400).fill(46);
  return std::move(out).take();
}

Bytes first_of(const ConversationPtr& conversation) { return conversation->on_open().send; }

// The questions of a query, by name.
std::vector<std::string> asked_in(BytesView query) {
  std::vector<std::string> names;
  const auto message = net::parse_dns_message(query);
  if (!message) return names;
  for (const auto& question : message->questions) names.push_back(question.name);
  return names;
}

Bytes mdns_services(std::uint16_t id) {
  ByteWriter out;
  out.u16be(id).u16be(0x8400).u16be(0).u16be(1).u16be(0).u16be(0);
  out.u8(9).text("_services").u8(7).text("_dns-sd").u8(4).text("_udp").u8(5).text("local").u8(0);
  out.u16be(12).u16be(1).u32be(10).u16be(18);
  out.u8(5).text("_http").u8(4).text("_tcp").u8(5).text("local").u8(0);
  return std::move(out).take();
}

std::uint16_t id_of(BytesView message) {
  return static_cast<std::uint16_t>(message[0] << 8 | message[1]);
}

}  // namespace

TEST_CASE("an answer to our request ends the wait, strays do not", "[probe][datagrams]") {
  const auto request = first_of(make_netbios(test::setting_of(137)));
  auto foreign = netbios_answer(request);
  foreign[0] ^= 1;
  auto conversation = make_netbios(test::setting_of(137));
  const auto played =
      test::play_datagrams(*conversation, {foreign, to_bytes("x"), netbios_answer(request)});
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kNetbios);
  CHECK(played.heard[0].raw == netbios_answer(request));
}

TEST_CASE("a peer that throws our bytes back is no server", "[probe][datagrams]") {
  for (const auto make : {make_netbios, make_mdns, make_ssdp, make_ipmi}) {
    const auto request = first_of(make(test::setting_of(137)));
    auto conversation = make(test::setting_of(137));
    const auto played = test::play_datagrams(*conversation, {request});
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
    CHECK(played.heard[0].raw == request);
  }
}

TEST_CASE("foreign peers are claimed by none of them, and do not talk for ever",
          "[probe][datagrams]") {
  for (const auto make : {make_netbios, make_mdns, make_ssdp, make_ipmi}) {
    for (const auto& said : test::foreign_peers()) {
      auto conversation = make(test::setting_of(137));
      const auto played = test::play_datagrams(*conversation, std::vector<Bytes>(100, said));
      CHECK(played.finished);
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == model::channel::kUnknown);
    }
  }
}

TEST_CASE("mDNS asks for services and name, then for what was offered", "[probe][mdns]") {
  const auto first = first_of(make_mdns(test::setting_of(5353)));
  CHECK(asked_in(first) ==
        std::vector<std::string>{"_services._dns-sd._udp.local", "7.2.0.192.in-addr.arpa"});
  auto conversation = make_mdns(test::setting_of(5353));
  auto played = test::play_datagrams(*conversation, {mdns_services(id_of(first))});
  REQUIRE(played.sent.size() == 2);
  CHECK(asked_in(played.sent[1]) == std::vector<std::string>{"_http._tcp.local"});
  CHECK_FALSE(played.finished);
  auto again = make_mdns(test::setting_of(5353));
  played = test::play_datagrams(
      *again, {mdns_services(id_of(first)), mdns_services(id_of(played.sent[1]))});
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kMdns);
  CHECK(net::split_messages(played.heard[0].raw).messages.size() == 2);
}

TEST_CASE("mDNS asks an IPv6 host for its name below ip6.arpa", "[probe][mdns]") {
  auto setting = test::setting_of(5353);
  setting.host = "[2001:db8::1]";
  const auto asked = asked_in(first_of(make_mdns(setting)));
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].ends_with("8.b.d.0.1.0.0.2.ip6.arpa"));
}

TEST_CASE("a search gathers one answer of each root device, sixteen at most", "[probe][ssdp]") {
  const auto answer = to_bytes("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\n\r\n");
  auto two = make_ssdp(test::setting_of(1900));
  auto played = test::play_datagrams(*two, {answer, answer});
  CHECK_FALSE(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(net::split_messages(played.heard[0].raw).messages.size() == 2);
  CHECK_FALSE(played.heard[0].truncated);
  auto many = make_ssdp(test::setting_of(1900));
  played = test::play_datagrams(*many, std::vector<Bytes>(100, answer));
  CHECK(played.finished);
  CHECK(net::split_messages(played.heard[0].raw).messages.size() == 16);
  CHECK(played.heard[0].truncated);
}

TEST_CASE("a controller is asked for log-ins and for its pong, in turns", "[probe][ipmi]") {
  const auto request = first_of(make_ipmi(test::setting_of(623)));
  const auto number = static_cast<std::uint8_t>(request[18] >> 2);
  CHECK(request == net::build_ipmi_auth_capabilities(number));
  ByteWriter refusal;
  refusal.u8(6).u8(0).u8(0xFF).u8(7).fill(9).u8(8).u8(0x81).u8(0x1C).u8(0x63).u8(0x20);
  refusal.u8(request[18]).u8(0x38).u8(0xC1).u8(0);
  ByteWriter pong;
  pong.u8(6).u8(0).u8(0xFF).u8(6).u32be(4542).u8(0x40).u8(number).u8(0).u8(16).u32be(674).fill(12);
  const Bytes said(refusal.view().begin(), refusal.view().end());
  const Bytes ponged(pong.view().begin(), pong.view().end());
  auto conversation = make_ipmi(test::setting_of(623));
  auto played = test::play_datagrams(*conversation, {said, ponged});
  CHECK(played.finished);
  CHECK(played.sent == std::vector<Bytes>{request, net::build_asf_ping(number)});

  auto setting = test::setting_of(623);
  setting.attempt = 2;
  auto second = make_ipmi(setting);
  played = test::play_datagrams(*second, {ponged, said});
  CHECK(played.finished);
  CHECK(played.sent == std::vector<Bytes>{net::build_asf_ping(number), request});
  CHECK(net::split_messages(played.heard.at(0).raw).messages.size() == 2);
}
