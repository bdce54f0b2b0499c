#include "qingdan/net/frame.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

const Address kOurs = Address::v4(0x0A620001);
const Address kTheirs = Address::v4(0x0A620307);
const Mac kOwn{{0x02, 0, 0, 0, 0, 0x01}}, kHop{{0x02, 0, 0, 0, 0, 0xFE}};

Address six(std::string_view text) { return parse_address(text).value(); }

Bytes syn_ack(const Address& source, const Address& target) {
  TcpSegment segment;
  segment.source = source;
  segment.target = target;
  segment.source_port = 443;
  segment.target_port = 60001;
  segment.seq = 0xCAFEF00D;
  segment.ack = 0x12345679;
  segment.flags = kSyn | kAck;
  segment.window = 28960;
  segment.hop_limit = 61;
  segment.options = {2, 4, 5, 0xB4};
  return build_tcp(segment);
}

Bytes joined(BytesView a, BytesView b) {
  Bytes both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

// An IPv4 ICMP message of `type`, its checksum left as it is: parsers do not look.
Bytes icmp(const Address& source, const Address& target, std::uint8_t type, BytesView rest) {
  auto packet = build_echo(source, target, 0, 0);
  const bool v6 = source.is_v6();
  const std::size_t at = v6 ? 40 : 20;
  packet[at] = type;
  packet[at + 1] = 3;
  packet.resize(at + 4);
  packet = joined(packet, rest);
  packet[v6 ? 4 : 2] = static_cast<std::uint8_t>((packet.size() - (v6 ? 40 : 0)) >> 8);
  packet[v6 ? 5 : 3] = static_cast<std::uint8_t>(packet.size() - (v6 ? 40 : 0));
  return packet;
}

// Puts extension headers between the IPv6 header and what follows.
Bytes extended(Bytes packet, std::uint8_t first, BytesView headers) {
  packet[6] = first;
  packet[5] = static_cast<std::uint8_t>(packet[5] + headers.size());
  packet.insert(packet.begin() + 40, headers.begin(), headers.end());
  return packet;
}

Bytes arp_reply() {
  return joined(Bytes{0, 1, 8, 0, 6, 4, 0, 2, 0x02, 0, 0, 0, 0, 9, 10, 98, 3, 7},
                Bytes{0x02, 0, 0, 0, 0, 1, 10, 98, 0, 1});
}

Bytes advertisement(BytesView options) {
  Bytes rest = {0x60, 0, 0, 0};
  for (const auto byte : six("fd00::7").v6_bytes()) rest.push_back(byte);
  auto packet = icmp(six("fe80::7"), six("fd00::1"), 136, joined(rest, options));
  packet[7] = 255;
  packet[41] = 0;
  return packet;
}

}  // namespace

TEST_CASE("a MAC is printed in pairs", "[net][frame]") {
  CHECK(Mac{{0x00, 0x1B, 0x21, 0x0A, 0x0B, 0x0C}}.to_string() == "00:1b:21:0a:0b:0c");
}

TEST_CASE("an Ethernet frame is read past its tags", "[net][frame]") {
  const auto plain = build_ethernet(kOwn, kHop, kEtherIpv4, to_bytes("payload"));
  const auto view = parse_ethernet(plain);
  REQUIRE(view);
  CHECK(view->to == kOwn);
  CHECK(view->from == kHop);
  CHECK(view->type == kEtherIpv4);
  CHECK(as_text(view->payload) == "payload");

  auto tagged = plain;
  const Bytes tags = {0x88, 0xA8, 0, 5, 0x81, 0x00, 0, 7};
  tagged.insert(tagged.begin() + 12, tags.begin(), tags.end());
  const auto inner = parse_ethernet(tagged);
  REQUIRE(inner);
  CHECK(inner->type == kEtherIpv4);
  CHECK(as_text(inner->payload) == "payload");

  tagged.insert(tagged.begin() + 12, tags.begin(), tags.end());
  CHECK_FALSE(parse_ethernet(tagged));
  CHECK_FALSE(parse_ethernet(BytesView(plain).first(13)));
}

TEST_CASE("a SYN-ACK is read with all it says", "[net][frame]") {
  for (const bool v6 : {false, true}) {
    const auto source = v6 ? six("fd00::7") : kTheirs;
    const auto target = v6 ? six("fd00::1") : kOurs;
    // Short frames are padded to 60 bytes by the link (IEEE 802.3 §4.2.3.3).
    const auto bytes = joined(syn_ack(source, target), Bytes(6, 0));
    const auto packet = parse_packet(bytes);
    REQUIRE(packet);
    CHECK(packet->kind == Packet::Kind::tcp);
    CHECK(packet->source == source);
    CHECK(packet->target == target);
    CHECK(packet->hop_limit == 61);
    CHECK(packet->source_port == 443);
    CHECK(packet->target_port == 60001);
    CHECK(packet->seq == 0xCAFEF00D);
    CHECK(packet->ack == 0x12345679);
    CHECK(packet->flags == (kSyn | kAck));
    CHECK(packet->window == 28960);
    CHECK(packet->options.size() == 4);
    CHECK(packet->payload.empty());
  }
}

TEST_CASE("what the capture cut off is missing from the payload only", "[net][frame]") {
  const auto whole = build_udp(kTheirs, kOurs, 53, 60001, Bytes(400, 'x'));
  const auto packet = parse_packet(BytesView(whole).first(160));
  REQUIRE(packet);
  CHECK(packet->kind == Packet::Kind::udp);
  CHECK(packet->payload.size() == 160 - 28);
}

TEST_CASE("only the first fragment is read", "[net][frame]") {
  auto packet = syn_ack(kTheirs, kOurs);
  packet[6] = 0x20;  // more fragments
  CHECK(parse_packet(packet));
  packet[7] = 1;  // offset 8
  CHECK_FALSE(parse_packet(packet));

  const auto v6 = syn_ack(six("fd00::7"), six("fd00::1"));
  CHECK(parse_packet(extended(v6, 44, Bytes{6, 0, 0, 1, 0, 0, 0, 9})));
  CHECK_FALSE(parse_packet(extended(v6, 44, Bytes{6, 0, 0, 8, 0, 0, 0, 9})));
}

TEST_CASE("extension headers are walked, but not for ever", "[net][frame]") {
  const auto plain = syn_ack(six("fd00::7"), six("fd00::1"));
  Bytes headers = {60, 1};  // hop-by-hop of 16 bytes, then destination options of 8
  headers.resize(16);
  headers = joined(headers, Bytes{51, 0, 1, 4, 0, 0, 0, 0});
  headers = joined(headers, Bytes{6, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2});  // authentication of 12
  const auto bytes = extended(plain, 0, headers);
  const auto packet = parse_packet(bytes);
  REQUIRE(packet);
  CHECK(packet->source_port == 443);
  CHECK(packet->options.size() == 4);

  Bytes nine;
  for (int i = 0; i < 9; ++i) {
    const std::uint8_t next = i == 8 ? 6 : 60;
    nine = joined(nine, Bytes{next, 0, 1, 4, 0, 0, 0, 0});
  }
  CHECK_FALSE(parse_packet(extended(plain, 60, nine)));
  CHECK(parse_packet(extended(plain, 60, BytesView(nine).subspan(8))));
  CHECK_FALSE(parse_packet(extended(plain, 50, Bytes(8, 0))));  // encrypted
}

TEST_CASE("an ICMP error says which packet of ours it is about", "[net][frame]") {
  TcpSegment syn;
  syn.source = kOurs;
  syn.target = kTheirs;
  syn.source_port = 60001;
  syn.target_port = 443;
  syn.seq = 0x12345678;
  syn.flags = kSyn;
  // The least a host must quote: the IP header and 8 bytes (RFC 792).
  const auto quotation = joined(Bytes(4, 0), BytesView(build_tcp(syn)).first(28));
  const auto bytes = icmp(Address::v4(0x0A6203FE), kOurs, 3, quotation);
  const auto packet = parse_packet(bytes);
  REQUIRE(packet);
  CHECK(packet->kind == Packet::Kind::icmp_error);
  CHECK(packet->icmp_type == 3);
  CHECK(packet->icmp_code == 3);
  CHECK(packet->source == Address::v4(0x0A6203FE));
  CHECK(packet->quoted.source == kOurs);
  CHECK(packet->quoted.target == kTheirs);
  CHECK(packet->quoted.protocol == 6);
  CHECK(packet->quoted.source_port == 60001);
  CHECK(packet->quoted.target_port == 443);
  CHECK(packet->quoted.seq == 0x12345678);

  const auto cut = icmp(kTheirs, kOurs, 3, BytesView(quotation).first(30));
  REQUIRE(parse_packet(cut));
  CHECK(parse_packet(cut)->kind == Packet::Kind::icmp_other);
}

TEST_CASE("ICMPv6 errors quote UDP and echo requests too", "[net][frame]") {
  const auto ours = six("fd00::1"), theirs = six("fd00::7");
  const auto udp = joined(Bytes(4, 0), build_udp(ours, theirs, 60001, 161, to_bytes("ask")));
  const auto bytes = icmp(theirs, ours, 1, udp);
  const auto packet = parse_packet(bytes);
  REQUIRE(packet);
  CHECK(packet->kind == Packet::Kind::icmp_error);
  CHECK(packet->quoted.protocol == 17);
  CHECK(packet->quoted.target_port == 161);
  CHECK(packet->quoted.seq == 0);

  const auto echo = joined(Bytes(4, 0), build_echo(ours, theirs, 0xABCD, 7));
  const auto exceeded = icmp(six("fd00::fe"), ours, 3, echo);
  REQUIRE(parse_packet(exceeded));
  CHECK(parse_packet(exceeded)->quoted.protocol == 58);
  CHECK(parse_packet(exceeded)->quoted.seq == 0xABCD0007);
}

TEST_CASE("echo and timestamp replies give back id and sequence", "[net][frame]") {
  const Bytes rest = {0xAB, 0xCD, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3};
  const auto echo = parse_packet(icmp(kTheirs, kOurs, 0, rest));
  REQUIRE(echo);
  CHECK(echo->kind == Packet::Kind::echo_reply);
  CHECK(echo->icmp_id == 0xABCD);
  CHECK(echo->icmp_sequence == 7);
  const auto stamp = parse_packet(icmp(kTheirs, kOurs, 14, rest));
  REQUIRE(stamp);
  CHECK(stamp->kind == Packet::Kind::timestamp_reply);
  const auto echo6 = parse_packet(icmp(six("fd00::7"), six("fd00::1"), 129, rest));
  REQUIRE(echo6);
  CHECK(echo6->kind == Packet::Kind::echo_reply);
  // Somebody pings us: no reply, but an ICMP message.
  const auto request = parse_packet(build_echo(kTheirs, kOurs, 1, 1));
  REQUIRE(request);
  CHECK(request->kind == Packet::Kind::icmp_other);
}

TEST_CASE("an ARP reply tells a MAC, a request and a group address do not", "[net][frame]") {
  auto arp = arp_reply();
  const auto found = parse_arp_reply(arp);
  REQUIRE(found);
  CHECK(found->mac == Mac{{0x02, 0, 0, 0, 0, 9}});
  CHECK(found->ip == kTheirs);
  CHECK_FALSE(parse_arp_reply(BytesView(arp).first(27)));
  arp[8] = 0x01;
  CHECK_FALSE(parse_arp_reply(arp));
  const auto request = build_arp_request(kOwn, kOurs, kTheirs);
  CHECK_FALSE(parse_arp_reply(BytesView(request).subspan(kEthernetSize)));
}

TEST_CASE("a neighbour advertisement tells a MAC where it comes from the link", "[net][frame]") {
  const Bytes option = {2, 1, 0x02, 0, 0, 0, 0, 9};
  auto packet = advertisement(joined(Bytes{14, 1, 0, 0, 0, 0, 0, 0}, option));
  const auto found = parse_neighbour_advertisement(packet);
  REQUIRE(found);
  CHECK(found->mac == Mac{{0x02, 0, 0, 0, 0, 9}});
  CHECK(found->ip == six("fd00::7"));
  CHECK_FALSE(parse_neighbour_advertisement(advertisement({})));
  CHECK_FALSE(parse_neighbour_advertisement(advertisement(Bytes{14, 0, 2, 1, 2, 0, 0, 0, 0, 9})));
  packet[7] = 254;
  CHECK_FALSE(parse_neighbour_advertisement(packet));
}

TEST_CASE("damaged packets are survived", "[net][frame]") {
  const auto read = [](BytesView bytes) {
    (void)parse_ethernet(bytes);
    (void)parse_packet(bytes);
    (void)parse_arp_reply(bytes);
    (void)parse_neighbour_advertisement(bytes);
  };
  test::parse_damaged(syn_ack(kTheirs, kOurs), read);
  test::parse_damaged(
      extended(syn_ack(six("fd00::7"), six("fd00::1")), 0, Bytes{6, 0, 1, 4, 0, 0, 0, 0}), read);
  test::parse_damaged(icmp(kTheirs, kOurs, 3, joined(Bytes(4, 0), syn_ack(kOurs, kTheirs))), read);
  test::parse_damaged(arp_reply(), read);
  test::parse_damaged(advertisement(Bytes{2, 1, 0x02, 0, 0, 0, 0, 9}), read);
}
