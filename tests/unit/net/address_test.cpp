// address — spellings, prefixes and ranges.
#include "qingdan/net/address.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace qingdan;
using namespace qingdan::net;

namespace {
Address at(std::string_view text) {
  const auto parsed = parse_address(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}
}  // namespace

TEST_CASE("a dotted quad is read and printed", "[net][address]") {
  CHECK(at("10.98.7.1").v4_value() == 0x0A620701);
  CHECK(at("0.0.0.0").to_string() == "0.0.0.0");
  CHECK(at("255.255.255.255").to_string() == "255.255.255.255");
}

TEST_CASE("an IPv6 address has one spelling, that of RFC 5952", "[net][address]") {
  CHECK(at("2001:0DB8:0000:0000:0000:0000:0002:0001").to_string() == "2001:db8::2:1");
  CHECK(at("2001:db8:0:1:1:1:1:1").to_string() == "2001:db8:0:1:1:1:1:1");
  CHECK(at("2001:0:0:1:0:0:0:1").to_string() == "2001:0:0:1::1");
  CHECK(at("2001:db8:0:0:1:0:0:1").to_string() == "2001:db8::1:0:0:1");
  CHECK(at("::").to_string() == "::");
  CHECK(at("::1").to_string() == "::1");
  CHECK(at("1::").to_string() == "1::");
  CHECK(at("64:ff9b::192.0.2.33").to_string() == "64:ff9b::c000:221");
  CHECK(at("::ffff:192.0.2.1").to_string() == "::ffff:192.0.2.1");
  CHECK(at("1:2:3:4:5:6:7::").to_string() == "1:2:3:4:5:6:7:0");
  CHECK(at("1:2:3:4:5:6:1.2.3.4").to_string() == "1:2:3:4:5:6:102:304");
}

TEST_CASE("text that two programs could read differently is refused", "[net][address]") {
  for (const auto* text : {"",
                           "10",
                           "10.1",
                           "10.1.1",
                           "10.0.0.01",
                           "010.0.0.1",
                           "256.0.0.1",
                           "1.2.3.4.5",
                           "1.2.3.",
                           ".1.2.3",
                           "1..2.3",
                           "0x7f.0.0.1",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "+1.2.3.4",
                           "localhost",
                           ":",
                           ":::",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4::5:6:7:8",
                           "12345::",
                           "g::",
                           "::1%eth0",
                           "fe80::1%1",
                           "[::1]",
                           "1.2.3.4::",
                           "::1.2.3",
                           "::256.1.1.1",
                           ":1::2",
                           "1::2:",
                           "::1.2.3.4:5",
                           "1:2:3:4:5:6:7:1.2.3.4"}) {
    INFO(text);
    CHECK_FALSE(parse_address(text));
  }
  const auto zone = parse_address("fe80::1%eth0");
  REQUIRE_FALSE(zone);
  CHECK(zone.error().code == ErrorCode::input);
  CHECK(zone.error().text.find("zone") != std::string::npos);
}

TEST_CASE("bytes and numbers make the same address as text", "[net][address]") {
  std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
  bytes[15] = 7;
  CHECK(Address::v6(bytes) == at("2001:db8::7"));
  CHECK(at("2001:db8::7").v6_bytes() == bytes);
  CHECK(Address::v4(0x7F000001) == at("127.0.0.1"));
  CHECK(Address::from_number(at("2001:db8::7").number(), true) == at("2001:db8::7"));
}

TEST_CASE("IPv4 comes before IPv6, then the number decides", "[net][address]") {
  CHECK(at("255.255.255.255") < at("::"));
  CHECK(at("10.0.0.9") < at("10.0.0.10"));
  CHECK(at("::ffff:1.2.3.4") != at("1.2.3.4"));
}

TEST_CASE("multicast, broadcast, unspecified and mapped addresses are never targets",
          "[net][address]") {
  for (const auto* text : {"0.0.0.0", "224.0.0.1", "239.255.255.255", "255.255.255.255",
                           "::", "ff02::1", "::ffff:10.0.0.1"}) {
    INFO(text);
    CHECK_FALSE(at(text).can_be_target());
  }
  for (const auto* text : {"10.0.0.1", "127.0.0.1", "223.255.255.255", "::1", "fe80::1"}) {
    INFO(text);
    CHECK(at(text).can_be_target());
  }
  CHECK(at("127.66.0.1").is_loopback());
  CHECK(at("::1").is_loopback());
  CHECK_FALSE(at("128.0.0.1").is_loopback());
  CHECK_FALSE(at("::2").is_loopback());
}

TEST_CASE("a prefix knows its range, also at both ends", "[net][address]") {
  const auto some = parse_prefix("10.98.0.0/16");
  REQUIRE(some);
  CHECK(some->range().first == at("10.98.0.0"));
  CHECK(some->range().last == at("10.98.255.255"));
  CHECK(some->range().size() == 65536);
  CHECK(parse_prefix("0.0.0.0/0")->range().size() == 4294967296ULL);
  CHECK(parse_prefix("::/0")->range().size() == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_prefix("2001:db8::/64")->range().size() == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_prefix("2001:db8::/65")->range().size() == 1ULL << 63);
  CHECK(parse_prefix("2001:db8::7/128")->range().size() == 1);
  CHECK(parse_prefix("10.0.0.7/32")->to_string() == "10.0.0.7/32");
}

TEST_CASE("a prefix with host bits is refused and the right one named", "[net][address]") {
  const auto wrong = parse_prefix("10.0.0.1/24");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().text.find("10.0.0.0/24") != std::string::npos);
  for (const auto* text : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08",
                           "::/129", "/8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0"}) {
    INFO(text);
    CHECK_FALSE(parse_prefix(text));
  }
}

TEST_CASE("a range needs two ends of one family in order", "[net][address]") {
  const auto range = parse_range("10.98.0.1-10.98.3.254");
  REQUIRE(range);
  CHECK(range->size() == 1022);
  CHECK(range->contains(at("10.98.2.0")));
  CHECK_FALSE(range->contains(at("10.98.3.255")));
  CHECK_FALSE(range->contains(at("::1")));
  CHECK(parse_range("10.0.0.7")->size() == 1);
  CHECK(parse_range("2001:db8::1 - 2001:db8::f")->size() == 15);
  for (const auto* text : {"10.0.0.9-10.0.0.1", "10.0.0.1-::1", "10.0.0.1-", "-10.0.0.1", "-",
                           "10.0.0.1-5", "10.0.0.1-10.0.0.2-10.0.0.3"}) {
    INFO(text);
    CHECK_FALSE(parse_range(text));
  }
  CHECK(parse_range("10.0.0.9-10.0.0.1").error().text.find("10.0.0.1-10.0.0.9") !=
        std::string::npos);
}

TEST_CASE("the block of pacing is the /24 or the /64", "[net][address]") {
  CHECK(block_of(at("10.98.7.200")).to_string() == "10.98.7.0/24");
  CHECK(block_of(at("2001:db8:1:2:3:4:5:6")).to_string() == "2001:db8:1:2::/64");
}
