// ways — the kernel's messages, how far its answer holds, and the machine's own loopback.
#include "probe/ways.h"

// Before the kernel's headers, which then leave out what it has said.
#include <net/if.h>

#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "qingdan/base/rng.h"

using namespace qingdan;
using net::Address;
using net::Prefix;

namespace {

Address at(std::string_view text) { return net::parse_address(text).value(); }
Prefix prefix(std::string_view text) { return net::parse_prefix(text).value(); }

template <class Head>
Bytes body_of(const Head& head) {
  Bytes body((sizeof head + 3) & ~std::size_t{3}, 0);
  std::memcpy(body.data(), &head, sizeof head);
  return body;
}

Bytes wire(std::string_view text) {
  const auto ip = at(text);
  ByteWriter out;
  if (ip.is_v4()) {
    out.u32be(ip.v4_value());
  } else {
    out.bytes(ip.v6_bytes());
  }
  return std::move(out).take();
}

Bytes number(int value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

}  // namespace

TEST_CASE("a route's answer is read") {
  rtmsg head{};
  head.rtm_family = AF_INET;
  head.rtm_type = RTN_UNICAST;
  auto body = body_of(head);
  CHECK_FALSE(probe::parse_route(body));
  probe::add_attribute(body, RTA_OIF, number(7));
  probe::add_attribute(body, RTA_GATEWAY, wire("192.0.2.254"));
  probe::add_attribute(body, RTA_PREFSRC, wire("192.0.2.1"));
  const auto answer = probe::parse_route(body);
  REQUIRE(answer);
  CHECK(answer->interface_index == 7);
  CHECK(answer->type == RTN_UNICAST);
  CHECK(*answer->gateway == at("192.0.2.254"));
  CHECK(*answer->source == at("192.0.2.1"));

  auto via = number(AF_INET6);
  via.resize(2);
  const auto six = wire("fe80::1");
  via.insert(via.end(), six.begin(), six.end());
  probe::add_attribute(body, RTA_VIA, via);
  CHECK(*probe::parse_route(body)->gateway == at("fe80::1"));
  for (std::size_t size = 0; size < body.size(); ++size) {
    (void)probe::parse_route(BytesView(body).first(size));
    (void)probe::parse_destination(BytesView(body).first(size));
  }
}

TEST_CASE("destinations of routes are prefixes; the default route has none written") {
  rtmsg head{};
  head.rtm_family = AF_INET;
  CHECK(*probe::parse_destination(body_of(head)) == prefix("0.0.0.0/0"));
  head.rtm_dst_len = 16;
  auto body = body_of(head);
  probe::add_attribute(body, RTA_DST, wire("10.98.0.0"));
  CHECK(*probe::parse_destination(body) == prefix("10.98.0.0/16"));
  head.rtm_dst_len = 33;
  CHECK_FALSE(probe::parse_destination(body_of(head)));
  head.rtm_family = AF_INET6;
  head.rtm_dst_len = 64;
  body = body_of(head);
  probe::add_attribute(body, RTA_DST, wire("fd00::"));
  CHECK(*probe::parse_destination(body) == prefix("fd00::/64"));
  head.rtm_family = AF_PACKET;
  CHECK_FALSE(probe::parse_destination(body_of(head)));
}

TEST_CASE("interfaces and neighbours are read") {
  ifinfomsg head{};
  head.ifi_type = ARPHRD_ETHER;
  head.ifi_index = 3;
  head.ifi_flags = IFF_UP;
  auto body = body_of(head);
  probe::add_attribute(body, IFLA_IFNAME, as_bytes({"eth0\0", 5}));
  probe::add_attribute(body, IFLA_ADDRESS, Bytes{2, 0, 0, 0, 0, 1});
  const auto interface = probe::parse_interface(body);
  REQUIRE(interface);
  CHECK(interface->name == "eth0");
  CHECK(interface->ethernet);
  CHECK(interface->resolves);
  CHECK(interface->up);
  CHECK(interface->mac == net::Mac{{2, 0, 0, 0, 0, 1}});

  ndmsg entry{};
  entry.ndm_ifindex = 3;
  entry.ndm_state = NUD_STALE;
  const auto described = [&] {
    auto neighbour = body_of(entry);
    probe::add_attribute(neighbour, NDA_DST, wire("192.0.2.254"));
    probe::add_attribute(neighbour, NDA_LLADDR, Bytes{2, 0, 0, 0, 0, 9});
    return probe::parse_neighbour(neighbour);
  };
  REQUIRE(described());
  CHECK(described()->ip == at("192.0.2.254"));
  CHECK(described()->mac == net::Mac{{2, 0, 0, 0, 0, 9}});
  entry.ndm_state = NUD_FAILED;
  CHECK_FALSE(described());
}

TEST_CASE("an answer holds up to the next border") {
  const std::vector borders{prefix("0.0.0.0/0"),    prefix("10.98.0.0/16"),
                            prefix("10.98.0.1/32"), prefix("10.98.255.255/32"),
                            prefix("::/0"),         prefix("fd00::/64")};
  CHECK(probe::cover_of(at("10.98.3.7"), borders) == prefix("10.98.2.0/23"));
  CHECK(probe::cover_of(at("10.98.0.0"), borders) == prefix("10.98.0.0/32"));
  CHECK(probe::cover_of(at("10.98.200.1"), borders) == prefix("10.98.192.0/19"));
  CHECK(probe::cover_of(at("8.8.8.8"), borders) == prefix("8.0.0.0/7"));
  CHECK(probe::cover_of(at("fd00::5"), borders) == prefix("fd00::/64"));
  CHECK(probe::cover_of(at("2001:db8::5"), borders) == prefix("::/1"));
  CHECK(probe::cover_of(at("2001:db8::5"), {}) == prefix("::/0"));
  CHECK(probe::cover_of(at("8.8.8.8"), {}) == prefix("0.0.0.0/0"));
}

TEST_CASE("W1: no border runs through a cover, and no larger cover would do") {
  Rng rng(9);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Prefix> borders;
    for (auto n = rng.below(12); n > 0; --n) {
      const auto bits = static_cast<std::uint8_t>(16 + rng.below(17));
      const auto value = 0x0A62'0000U | static_cast<std::uint32_t>(rng.below(0x1'0000));
      borders.push_back({Address::v4(value >> (32 - bits) << (32 - bits)), bits});
    }
    const auto ip = Address::v4(0x0A62'0000U | static_cast<std::uint32_t>(rng.below(0x1'0000)));
    const auto crossed = [&](const Prefix& cover) {
      const auto range = cover.range();
      return std::any_of(borders.begin(), borders.end(), [&](const Prefix& border) {
        const auto other = border.range();
        const bool apart = other.last < range.first || range.last < other.first;
        return !apart && !(other.contains(range.first) && other.contains(range.last));
      });
    };
    const auto cover = probe::cover_of(ip, borders);
    REQUIRE(cover.range().contains(ip));
    REQUIRE_FALSE(crossed(cover));
    if (cover.bits == 0) continue;
    const unsigned shift = 33U - cover.bits;
    const auto base = shift >= 32 ? 0 : ip.v4_value() >> shift << shift;
    REQUIRE(crossed({Address::v4(base), static_cast<std::uint8_t>(cover.bits - 1)}));
  }
}

TEST_CASE("the way to loopback is lo itself") {
  const SystemClock clock;
  probe::Ways ways(clock);
  const auto way = ways.find(at("127.0.0.1"));
  REQUIRE(way);
  CHECK(way->interface == "lo");
  CHECK(way->interface_index == static_cast<int>(::if_nametoindex("lo")));
  CHECK(way->source.is_loopback());
  CHECK_FALSE(way->ethernet);
  CHECK(way->on_link);
  CHECK(way->hop_known);
  CHECK(way->next_hop == at("127.0.0.1"));
  CHECK(way->covers.range().contains(at("127.0.0.1")));
  CHECK_FALSE(way->covers.range().contains(at("10.0.0.1")));
}

TEST_CASE("a group has no way") {
  const SystemClock clock;
  probe::Ways ways(clock);
  CHECK_FALSE(ways.find(at("255.255.255.255")));
}
