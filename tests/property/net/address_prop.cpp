// Laws of addresses, prefixes and port sets (A1, P1 to P3) over seeded random values.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "qingdan/base/rng.h"
#include "qingdan/net/address.h"
#include "qingdan/net/port_set.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

constexpr int kRounds = 20000;

// Zero groups are frequent, so that every way of folding them comes up.
Address random_address(Rng& rng) {
  if (rng.below(2) == 0) return Address::v4(static_cast<std::uint32_t>(rng.next()));
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t group = 0; group < 8; ++group) {
    if (rng.below(2) == 0) continue;
    bytes[2 * group] = static_cast<std::uint8_t>(rng.below(3) == 0 ? 0 : rng.next());
    bytes[2 * group + 1] = static_cast<std::uint8_t>(rng.next());
  }
  return Address::v6(bytes);
}

PortSet random_ports(Rng& rng) {
  PortSet set;
  for (auto n = 1 + rng.below(20); n > 0; --n) {
    const auto transport = rng.below(3) == 0 ? Transport::udp : Transport::tcp;
    const auto first = 1 + rng.below(65535);
    const auto last = std::min<std::uint64_t>(65535, first + rng.below(40) * rng.below(2));
    for (auto port = first; port <= last; ++port) {
      set.insert({transport, static_cast<std::uint16_t>(port)});
    }
  }
  return set;
}

}  // namespace

TEST_CASE("an address reads back from its own text and number", "[net][property]") {
  Rng rng(1);
  for (int i = 0; i < kRounds; ++i) {
    const auto address = random_address(rng);
    const auto text = address.to_string();
    const auto again = parse_address(text);
    if (!again || *again != address || again->to_string() != text) FAIL(text);
    if (Address::from_number(address.number(), address.is_v6()) != address) FAIL(text);
    if (address.is_v6() && Address::v6(address.v6_bytes()) != address) FAIL(text);
  }
}

TEST_CASE("the order of addresses is that of family and number", "[net][property]") {
  Rng rng(2);
  for (int i = 0; i < kRounds; ++i) {
    const auto a = random_address(rng);
    const auto b = random_address(rng);
    const bool before = a.is_v4() != b.is_v4() ? a.is_v4() : a.number() < b.number();
    if ((a < b) != before) FAIL(a.to_string() << " " << b.to_string());
  }
}

TEST_CASE("a prefix reads back, holds its ends and no neighbour", "[net][property]") {
  Rng rng(3);
  for (int i = 0; i < kRounds; ++i) {
    const auto address = random_address(rng);
    const unsigned width = address.is_v4() ? 32 : 128;
    const auto host_bits = static_cast<unsigned>(rng.below(width));
    const auto base = (address.number() >> host_bits) << host_bits;
    const Prefix prefix{Address::from_number(base, address.is_v6()),
                        static_cast<std::uint8_t>(width - host_bits)};
    const auto again = parse_prefix(prefix.to_string());
    if (!again || *again != prefix) FAIL(prefix.to_string());
    const auto range = prefix.range();
    if (!range.contains(address)) FAIL(prefix.to_string());
    const auto count = range.size();
    if (host_bits < 64 && count != std::uint64_t{1} << host_bits) FAIL(prefix.to_string());
    const auto text = range.first.to_string() + "-" + range.last.to_string();
    const auto range_again = parse_range(text);
    if (!range_again || *range_again != range) FAIL(text);
    if (base > 0 && range.contains(Address::from_number(base - 1, address.is_v6()))) FAIL(text);
  }
}

TEST_CASE("an address is in its own block", "[net][property]") {
  Rng rng(4);
  for (int i = 0; i < kRounds; ++i) {
    const auto address = random_address(rng);
    const auto block = block_of(address);
    if (!block.range().contains(address)) FAIL(address.to_string());
    if (block_of(block.range().first) != block || block_of(block.range().last) != block) {
      FAIL(address.to_string());
    }
  }
}

TEST_CASE("a port set reads back from its own text", "[net][property]") {
  Rng rng(5);
  for (int i = 0; i < 200; ++i) {
    const auto set = random_ports(rng);
    const auto again = parse_ports(set.to_string());
    if (!again || !(*again == set) || again->to_string() != set.to_string()) FAIL(set.to_string());
    // P3: every member once, TCP first; parsed sets also in numeric order.
    const auto& order = again->order();
    if (!std::is_sorted(order.begin(), order.end())) FAIL(set.to_string());
    if (std::adjacent_find(order.begin(), order.end()) != order.end()) FAIL(set.to_string());
    if (set.only(Transport::tcp).size() + set.only(Transport::udp).size() != set.size()) {
      FAIL(set.to_string());
    }
  }
  for (const auto* name : {"default", "top100", "top1000", "all"}) {
    const auto named = parse_ports(name);
    REQUIRE(named);
    const auto again = parse_ports(named->to_string());
    REQUIRE(again);
    CHECK(*again == *named);
  }
}
