#include "qingdan/net/tcp_signature.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::net;

namespace {

// A SYN-ACK built and read again, as a capture would give it.
std::string signature_of(TcpSegment segment, bool six = false) {
  segment.source = parse_address(six ? "2001:db8::7" : "192.0.2.7").value();
  segment.target = parse_address(six ? "2001:db8::1" : "192.0.2.1").value();
  segment.flags = kSyn | kAck;
  const auto bytes = build_tcp(segment);
  return tcp_signature(parse_packet(bytes).value());
}

TcpSegment linux_stack() {
  TcpSegment segment;
  segment.hop_limit = 57;
  segment.window = 64240;
  segment.options = {2, 4, 0x05, 0xB4, 1, 1, 4, 2, 1, 3, 3, 7};
  return segment;
}

}  // namespace

TEST_CASE("the options of a stack are told in their order", "[net][tcp_signature]") {
  CHECK(signature_of(linux_stack()) == "4:57+7:0:1460:64240,7:mss,nop,nop,sok,nop,ws:df:0");
  auto windows = linux_stack();
  windows.hop_limit = 128;
  windows.window = 65535;
  windows.ip_id = 7;
  windows.options = {2, 4, 0x05, 0xB4, 1, 3, 3, 8, 1, 1, 4, 2};
  CHECK(signature_of(windows) == "4:128+0:0:1460:65535,8:mss,nop,ws,nop,nop,sok:df,id+:0");
}

TEST_CASE("what a stack does not say is a star, and IPv6 has no quirks of IPv4",
          "[net][tcp_signature]") {
  auto bare = linux_stack();
  bare.options.clear();
  CHECK(signature_of(bare, true) == "6:57+7:0:*:64240,*:::0");
  bare.payload = {'x'};
  bare.hop_limit = 255;
  CHECK(signature_of(bare, true) == "6:255+0:0:*:64240,*:::+");
}

TEST_CASE("options that are none are told as far as they go", "[net][tcp_signature]") {
  auto odd = linux_stack();
  odd.options = {8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 99, 3, 1, 0, 0, 0};
  CHECK(signature_of(odd) == "4:57+7:0:*:64240,*:ts,?99,eol+2:df:0");
  odd.options = {2, 44, 5, 0xB4};
  CHECK(signature_of(odd) == "4:57+7:0:*:64240,*:mss:df:0");
  odd.options = {2, 1, 1, 1};
  CHECK(signature_of(odd) == "4:57+7:0:*:64240,*:mss:df:0");
  odd.options = {1, 1, 1, 3};
  CHECK(signature_of(odd) == "4:57+7:0:*:64240,*:nop,nop,nop,ws:df:0");
}

TEST_CASE("the options of the IP header are counted", "[net][tcp_signature]") {
  auto segment = linux_stack();
  segment.source = parse_address("192.0.2.7").value();
  segment.target = parse_address("192.0.2.1").value();
  auto bytes = build_tcp(segment);
  bytes[0] = 0x46;
  bytes[3] = static_cast<std::uint8_t>(bytes[3] + 4);
  bytes[6] = 0;  // may be fragmented, and has no id
  bytes.insert(bytes.begin() + 20, {1, 1, 1, 0});
  const auto packet = parse_packet(bytes).value();
  CHECK(tcp_signature(packet) == "4:57+7:4:1460:64240,7:mss,nop,nop,sok,nop,ws:id-:0");
}

TEST_CASE("the hop limit a packet began with is the next of those in use", "[net][tcp_signature]") {
  CHECK(initial_hop_limit(0) == 32);
  CHECK(initial_hop_limit(32) == 32);
  CHECK(initial_hop_limit(33) == 64);
  CHECK(initial_hop_limit(64) == 64);
  CHECK(initial_hop_limit(65) == 128);
  CHECK(initial_hop_limit(129) == 255);
  CHECK(initial_hop_limit(255) == 255);
}
