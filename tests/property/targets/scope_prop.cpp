// Laws of the scope under a million random targets: nothing outside allow minus exclude is minted,
// everything inside is. The oracle is the document itself, asked entry by entry.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "qingdan/base/rng.h"
#include "qingdan/targets/scope.h"

using namespace qingdan;
using namespace qingdan::targets;

namespace {

using Wide = unsigned __int128;

struct Entry {
  net::AddressRange range;
  bool exclude{false};
};

net::Address random_address(Rng& rng, bool six) {
  // A small part of the space, so that entries meet each other.
  const std::uint64_t low = rng.below(1u << 20);
  if (!six) return net::Address::v4(static_cast<std::uint32_t>(10u << 24 | low));
  return net::Address::from_number((Wide{0x20010db8} << 96) | low, true);
}

std::vector<Entry> random_entries(Rng& rng) {
  std::vector<Entry> entries;
  for (std::uint64_t i = 0, n = 1 + rng.below(40); i < n; ++i) {
    const bool six = rng.below(3) == 0;
    auto a = random_address(rng, six);
    auto b = rng.below(4) == 0 ? a : random_address(rng, six);
    if (rng.below(2) == 0) b = net::Address::from_number(a.number() + rng.below(300), six);
    if (b < a) std::swap(a, b);
    entries.push_back({{a, b}, rng.below(3) == 0});
  }
  entries.push_back({{random_address(rng, false), net::Address::v4(0x0b000000)}, false});
  return entries;
}

std::string document(const std::vector<Entry>& entries) {
  std::string text =
      "[authorisation]\nnumber = \"1\"\nissued_by = \"x\"\nvalid_from = 2026-11-01\n"
      "valid_to = 2027-10-31\n";
  for (const auto& entry : entries) {
    text += entry.exclude ? "[[exclude]]\n" : "[[allow]]\n";
    text +=
        "range = \"" + entry.range.first.to_string() + "-" + entry.range.last.to_string() + "\"\n";
  }
  return text;
}

bool inside(const std::vector<Entry>& entries, const net::Address& ip) {
  bool allowed = false;
  for (const auto& entry : entries) {
    if (!entry.range.contains(ip)) continue;
    if (entry.exclude) return false;
    allowed = true;
  }
  return allowed;
}

// Half near an edge of an entry, a quarter anywhere nearby, a quarter anywhere at all.
net::Address probe_address(Rng& rng, const std::vector<Entry>& entries) {
  const auto kind = rng.below(4);
  if (kind < 2) {
    const auto& range = entries[rng.below(entries.size())].range;
    const auto edge = rng.below(2) == 0 ? range.first : range.last;
    const auto number = edge.number() + rng.below(5) - 2;
    return net::Address::from_number(edge.is_v4() ? number & 0xFFFFFFFF : number, edge.is_v6());
  }
  if (kind == 2) return random_address(rng, rng.below(2) == 0);
  if (rng.below(2) == 0) return net::Address::v4(static_cast<std::uint32_t>(rng.next()));
  return net::Address::from_number(Wide{rng.next()} << 64 | rng.next(), true);
}

}  // namespace

TEST_CASE("no target is minted outside allow minus exclude and all inside are",
          "[targets][scope]") {
  Rng rng(20261122);
  std::uint64_t minted = 0;
  std::uint64_t refused = 0;
  for (int round = 0; round < 100; ++round) {
    const auto entries = random_entries(rng);
    const auto scope = parse_scope(document(entries), "random");
    if (!scope) {
      // Only an exclude that swallows everything may empty the scope.
      REQUIRE(scope.error().text.find("takes away every") != std::string::npos);
      continue;
    }
    for (int i = 0; i < 12'000; ++i) {
      const auto ip = probe_address(rng, entries);
      const auto port = static_cast<std::uint16_t>(1 + rng.below(65'535));
      const auto target = scope->approve(ip, net::Transport::tcp, port);
      if (target.has_value() != inside(entries, ip)) FAIL("wrong of " << ip.to_string());
      if (target && (target->ip() != ip || target->port() != port)) FAIL("another target");
      const auto index = scope->index_of(ip);
      if (index.has_value() != target.has_value()) FAIL("index of " << ip.to_string());
      if (index && scope->address_at(*index) != ip) FAIL("address at " << *index);
      ++(target ? minted : refused);
    }
  }
  CHECK(minted + refused >= 1'000'000);
  CHECK(minted > 200'000);
  CHECK(refused > 200'000);
}

TEST_CASE("the count is the sum of what is minted", "[targets][scope]") {
  Rng rng(5);
  for (int round = 0; round < 20; ++round) {
    std::vector<Entry> entries;
    for (int i = 0; i < 12; ++i) {
      const auto first = net::Address::v4(static_cast<std::uint32_t>(0x0a000000 + rng.below(2000)));
      entries.push_back(
          {{first, net::Address::v4(first.v4_value() + static_cast<std::uint32_t>(rng.below(200)))},
           i % 3 == 2});
    }
    const auto scope = parse_scope(document(entries), "random");
    REQUIRE(scope.has_value());
    std::uint64_t minted = 0;
    for (std::uint32_t i = 0; i < 2400; ++i) {
      minted += scope->contains(net::Address::v4(0x0a000000 + i - 100));
    }
    CHECK(minted == scope->address_count());
  }
}
