// F1  parse(build(x)) = x
// F2  a SynFrame or IcmpFrame patched for a target is byte for byte what the builder would give
// and every checksum comes out right by another way of summing.
#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"
#include "qingdan/net/frame.h"
#include "unit/net/checksums.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

constexpr int kRounds = 3000;

Address random_address(Rng& rng, bool six) {
  const auto high = static_cast<unsigned __int128>(rng.next()) << 64;
  // The values at which a carry is lost if it ever is.
  const auto low = rng.below(8) == 0 ? ~0ULL : rng.below(8) == 0 ? 0 : rng.next();
  return six ? Address::from_number(high | low, true)
             : Address::v4(static_cast<std::uint32_t>(low));
}

std::uint16_t random_u16(Rng& rng) {
  return rng.below(8) == 0 ? 0xFFFF : static_cast<std::uint16_t>(rng.next());
}

std::uint32_t random_u32(Rng& rng) {
  return rng.below(8) == 0 ? 0xFFFF'FFFF : static_cast<std::uint32_t>(rng.next());
}

Bytes random_bytes(Rng& rng, std::size_t size) {
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng.next());
  return bytes;
}

Mac random_mac(Rng& rng) {
  Mac mac;
  for (auto& byte : mac.bytes) byte = static_cast<std::uint8_t>(rng.next());
  return mac;
}

TcpSegment random_segment(Rng& rng, bool six) {
  TcpSegment segment;
  segment.source = random_address(rng, six);
  segment.target = random_address(rng, six);
  segment.source_port = random_u16(rng);
  segment.target_port = random_u16(rng);
  segment.seq = random_u32(rng);
  segment.ack = random_u32(rng);
  segment.flags = static_cast<std::uint8_t>(rng.next());
  segment.window = random_u16(rng);
  segment.hop_limit = static_cast<std::uint8_t>(rng.next());
  segment.ip_id = random_u16(rng);
  segment.options = random_bytes(rng, 4 * static_cast<std::size_t>(rng.below(11)));
  segment.payload = random_bytes(rng, static_cast<std::size_t>(rng.below(50)));
  return segment;
}

Bytes copy_of(BytesView view) { return {view.begin(), view.end()}; }

}  // namespace

TEST_CASE("F1: a TCP segment that was built is read as it was", "[net][property][frame]") {
  Rng rng(1);
  for (int i = 0; i < kRounds; ++i) {
    const auto segment = random_segment(rng, i % 2 == 0);
    const auto bytes = build_tcp(segment);
    REQUIRE(test::sums_are_right(bytes));
    const auto seen = parse_packet(bytes);
    REQUIRE(seen);
    REQUIRE(seen->kind == Packet::Kind::tcp);
    REQUIRE(seen->source == segment.source);
    REQUIRE(seen->target == segment.target);
    REQUIRE(seen->source_port == segment.source_port);
    REQUIRE(seen->target_port == segment.target_port);
    REQUIRE(seen->seq == segment.seq);
    REQUIRE(seen->ack == segment.ack);
    REQUIRE(seen->flags == segment.flags);
    REQUIRE(seen->window == segment.window);
    REQUIRE(seen->hop_limit == segment.hop_limit);
    REQUIRE(copy_of(seen->options) == segment.options);
    REQUIRE(copy_of(seen->payload) == segment.payload);
  }
}

TEST_CASE("F1: datagrams and ICMP requests, and what an error quotes of them",
          "[net][property][frame]") {
  Rng rng(2);
  for (int i = 0; i < kRounds; ++i) {
    const bool six = i % 2 == 0;
    const auto source = random_address(rng, six), target = random_address(rng, six);
    const auto payload = random_bytes(rng, static_cast<std::size_t>(rng.below(60)));
    const auto udp = build_udp(source, target, 60001, random_u16(rng), payload, 33);
    REQUIRE(test::sums_are_right(udp));
    const auto seen = parse_packet(udp);
    REQUIRE(seen);
    REQUIRE(seen->kind == Packet::Kind::udp);
    REQUIRE(seen->source == source);
    REQUIRE(seen->hop_limit == 33);
    REQUIRE(copy_of(seen->payload) == payload);

    const auto id = random_u16(rng), sequence = random_u16(rng);
    const auto echo = build_echo(source, target, id, sequence);
    REQUIRE(test::sums_are_right(echo));
    // An unreachable message as a router would write it: its own packet with ours inside.
    auto error = build_echo(target, source, 0, 0);
    const std::size_t at = six ? 40 : 20;
    error[at] = six ? 1 : 3;
    error.insert(error.end(), echo.begin(), echo.end());
    error[six ? 5 : 3] = static_cast<std::uint8_t>(error[six ? 5 : 3] + echo.size());
    const auto told = parse_packet(error);
    REQUIRE(told);
    REQUIRE(told->kind == Packet::Kind::icmp_error);
    REQUIRE(told->quoted.source == source);
    REQUIRE(told->quoted.target == target);
    REQUIRE(told->quoted.seq == (std::uint32_t{id} << 16 | sequence));
    if (!six) REQUIRE(test::sums_are_right(build_timestamp(source, target, id, sequence, 5)));
  }
}

TEST_CASE("F1: an Ethernet frame, ARP and neighbour solicitations", "[net][property][frame]") {
  Rng rng(3);
  for (int i = 0; i < kRounds; ++i) {
    const auto own = random_mac(rng), to = random_mac(rng);
    const auto payload = random_bytes(rng, static_cast<std::size_t>(rng.below(60)));
    const auto frame = build_ethernet(to, own, kEtherIpv4, payload);
    const auto seen = parse_ethernet(frame);
    REQUIRE(seen);
    REQUIRE(seen->to == to);
    REQUIRE(seen->from == own);
    REQUIRE(copy_of(seen->payload) == payload);

    // An answer is the question with its opcode changed: what it says of its sender is read back.
    const auto ip = random_address(rng, false);
    auto arp = build_arp_request(own, ip, random_address(rng, false));
    arp[kEthernetSize + 7] = 2;
    const auto reply = parse_arp_reply(BytesView(arp).subspan(kEthernetSize));
    REQUIRE(reply.has_value() == ((own.bytes[0] & 1) == 0));
    if (reply) REQUIRE((reply->mac == own && reply->ip == ip));

    const auto asked = random_address(rng, true);
    const auto ask = build_neighbour_solicitation(own, random_address(rng, true), asked);
    Bytes packet(ask.begin() + kEthernetSize, ask.end());
    REQUIRE(test::sums_are_right(packet));
    packet[40] = 136;
    packet[40 + 24] = 2;
    const auto told = parse_neighbour_advertisement(packet);
    REQUIRE(told.has_value() == ((own.bytes[0] & 1) == 0));
    if (told) REQUIRE((told->mac == own && told->ip == asked));
  }
}

TEST_CASE("F2: a SynFrame writes what build_tcp builds", "[net][property][frame]") {
  Rng rng(4);
  for (int i = 0; i < kRounds; ++i) {
    const bool six = i % 2 == 0;
    const bool ethernet = i / 2 % 2 == 0;
    const auto own = random_mac(rng), hop = random_mac(rng);
    TcpSegment syn;
    syn.source = random_address(rng, six);
    syn.flags = kSyn;
    syn.window = kSynWindow;
    syn.options = copy_of(syn_options(six));
    const SynFrame frame(syn.source, ethernet, own, hop);
    REQUIRE(frame.size() <= SynFrame::kSizeMost);
    Bytes written(frame.size());
    for (int j = 0; j < 5; ++j) {  // nothing of one target stays for the next
      syn.target = random_address(rng, six);
      syn.source_port = random_u16(rng);
      syn.target_port = random_u16(rng);
      syn.seq = random_u32(rng);
      syn.ip_id = static_cast<std::uint16_t>(syn.seq);
      frame.write(written.data(), syn.target, syn.source_port, syn.target_port, syn.seq);
      const auto packet = build_tcp(syn);
      const std::uint16_t type = six ? kEtherIpv6 : kEtherIpv4;
      REQUIRE(written == (ethernet ? build_ethernet(hop, own, type, packet) : packet));
    }
  }
}

TEST_CASE("F2: an IcmpFrame writes what the builders build", "[net][property][frame]") {
  Rng rng(5);
  for (int i = 0; i < kRounds; ++i) {
    const bool six = i % 3 == 0;
    const bool ethernet = i / 3 % 2 == 0;
    const bool timestamp = !six && i % 3 == 1;
    const auto own = random_mac(rng), hop = random_mac(rng);
    const auto source = random_address(rng, six);
    const IcmpFrame frame(source, ethernet, own, hop,
                          timestamp ? IcmpFrame::Question::timestamp : IcmpFrame::Question::echo);
    REQUIRE(frame.size() <= IcmpFrame::kSizeMost);
    Bytes written(frame.size());
    for (int j = 0; j < 5; ++j) {
      const auto target = random_address(rng, six);
      const auto id = random_u16(rng), sequence = random_u16(rng);
      const auto originate = random_u32(rng);
      frame.write(written.data(), target, id, sequence, originate);
      const auto packet = timestamp ? build_timestamp(source, target, id, sequence, originate)
                                    : build_echo(source, target, id, sequence);
      const std::uint16_t type = six ? kEtherIpv6 : kEtherIpv4;
      REQUIRE(written == (ethernet ? build_ethernet(hop, own, type, packet) : packet));
    }
  }
}
