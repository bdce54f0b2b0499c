#include <catch2/catch.hpp>

#include "qingdan/net/frame.h"
#include "unit/net/checksums.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

const Address kOurs = Address::v4(0x0A620001);    // 10.98.0.1
const Address kTheirs = Address::v4(0x0A620307);  // 10.98.3.7
const Mac kOwn{{0x02, 0, 0, 0, 0, 0x01}}, kHop{{0x02, 0, 0, 0, 0, 0xFE}};

Address six(std::string_view text) { return parse_address(text).value(); }

std::string hex(BytesView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0F];
  }
  return text;
}

TcpSegment syn_to(const Address& target) {
  TcpSegment syn;
  syn.source = target.is_v6() ? six("fd00::1") : kOurs;
  syn.target = target;
  syn.source_port = 60001;
  syn.target_port = 443;
  syn.seq = 0x12345678;
  syn.flags = kSyn;
  syn.window = kSynWindow;
  syn.ip_id = 0x5678;
  syn.options.assign(syn_options(target.is_v6()).begin(), syn_options(target.is_v6()).end());
  return syn;
}

}  // namespace

TEST_CASE("a SYN looks like an ordinary client's", "[net][frame_build]") {
  const auto packet = build_tcp(syn_to(kTheirs));
  // Both checksums were worked out apart from this program.
  CHECK(hex(packet) ==
        "45000034567840004006"
        "cc80"
        "0a6200010a620307"
        "ea6101bb1234567800000000"
        "8002faf0"
        "078c"
        "0000"
        "020405b4010303070101"
        "0402");
  CHECK(test::sums_are_right(packet));
}

TEST_CASE("over IPv6 the segment size leaves room for the longer header", "[net][frame_build]") {
  const auto packet = build_tcp(syn_to(six("fd00::7")));
  REQUIRE(packet.size() == 72);
  CHECK(hex(BytesView(packet).first(8)) == "6000000000200640");
  CHECK(hex(BytesView(packet).subspan(60, 4)) == "020405a0");
  CHECK(test::sums_are_right(packet));
}

TEST_CASE("an odd payload is summed to its last byte", "[net][frame_build]") {
  auto segment = syn_to(kTheirs);
  segment.flags = kPsh | kAck;
  segment.payload = to_bytes("odd");
  CHECK(test::sums_are_right(build_tcp(segment)));
  CHECK(test::sums_are_right(build_udp(kOurs, kTheirs, 60001, 53, segment.payload)));
  CHECK(test::sums_are_right(build_udp(six("::1"), six("::1"), 1, 53, segment.payload)));
}

TEST_CASE("a UDP checksum of zero is sent as all ones", "[net][frame_build]") {
  auto packet = build_udp(kOurs, kTheirs, 60001, 53, to_bytes({"\0\0", 2}));
  const auto checksum = BytesView(packet).subspan(26, 2);
  // The payload that makes the sum come out as zero is the checksum of the one with zeros.
  packet = build_udp(kOurs, kTheirs, 60001, 53, Bytes(checksum.begin(), checksum.end()));
  CHECK(hex(BytesView(packet).subspan(26, 2)) == "ffff");
}

TEST_CASE("echo and timestamp requests carry their id and sequence", "[net][frame_build]") {
  const auto echo = build_echo(kOurs, kTheirs, 0xABCD, 7);
  REQUIRE(echo.size() == 28);
  CHECK(hex(BytesView(echo).subspan(20, 2)) == "0800");
  CHECK(hex(BytesView(echo).subspan(24)) == "abcd0007");
  CHECK(test::sums_are_right(echo));

  const auto echo6 = build_echo(six("fd00::1"), six("fd00::2"), 0xABCD, 7, 9);
  CHECK(echo6.at(7) == 9);
  CHECK(hex(BytesView(echo6).subspan(40, 2)) == "8000");
  CHECK(test::sums_are_right(echo6));

  const auto stamp = build_timestamp(kOurs, kTheirs, 1, 2, 0x01020304);
  CHECK(hex(BytesView(stamp).subspan(20, 2)) == "0d00");
  CHECK(hex(BytesView(stamp).subspan(24)) == "00010002010203040000000000000000");
  CHECK(test::sums_are_right(stamp));
}

TEST_CASE("an ARP request asks everybody", "[net][frame_build]") {
  CHECK(hex(build_arp_request(kOwn, kOurs, kTheirs)) ==
        "ffffffffffff0200000000010806"
        "00010800060400010200000000010a620001"
        "0000000000000a620307");
}

TEST_CASE("a neighbour solicitation asks the group of its target", "[net][frame_build]") {
  const auto frame = build_neighbour_solicitation(kOwn, six("fe80::1"), six("fd00::1:2345:6789"));
  REQUIRE(frame.size() == kEthernetSize + 40 + 32);
  CHECK(hex(BytesView(frame).first(14)) == "3333ff45678902000000000186dd");
  const Bytes packet(frame.begin() + kEthernetSize, frame.end());
  CHECK(packet.at(7) == 255);
  CHECK(hex(BytesView(packet).subspan(24, 16)) == "ff0200000000000000000001ff456789");
  CHECK(hex(BytesView(packet).subspan(48)) == "fd0000000000000000000001234567890101020000000001");
  CHECK(test::sums_are_right(packet));
}

TEST_CASE("a frame patched for a target is the packet built for it", "[net][frame_build]") {
  for (const auto& target : {kTheirs, six("2001:db8:1:2:3:4:5:6")}) {
    const auto syn = syn_to(target);
    const auto packet = build_tcp(syn);
    const std::uint16_t type = target.is_v6() ? kEtherIpv6 : kEtherIpv4;
    for (const bool ethernet : {false, true}) {
      const SynFrame frame(syn.source, ethernet, kOwn, kHop);
      Bytes written(frame.size());
      frame.write(written.data(), target, syn.source_port, syn.target_port, syn.seq);
      CHECK(written == (ethernet ? build_ethernet(kHop, kOwn, type, packet) : packet));
    }
  }
}
