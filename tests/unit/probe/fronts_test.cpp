// fronts — what answers for a whole prefix is one machine, and a row of servers is not.
#include "qingdan/probe/fronts.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using probe::Fronts;

namespace {

constexpr net::TransportPort kWeb{net::Transport::tcp, 80};
constexpr net::TransportPort kShell{net::Transport::tcp, 22};

net::Address at(std::uint32_t last, std::uint32_t block = 2) {
  return net::Address::v4(192U << 24 | block << 8 | last);
}

std::uint64_t whole_block(const net::Prefix&) { return 254; }
std::uint64_t few(const net::Prefix&) { return 12; }

}  // namespace

TEST_CASE("nine in ten addresses that answer alike are one machine in front") {
  Fronts fronts;
  for (std::uint32_t i = 1; i <= 240; ++i) fronts.on_open(at(i), kWeb, 77);
  fronts.on_open(at(241), kWeb, 5);
  fronts.on_open(at(7), kShell, 9);
  const auto found = fronts.judge(whole_block, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].block.to_string() == "192.0.2.0/24");
  CHECK(found[0].port == kWeb);
  CHECK(found[0].answering.size() == 240);
  CHECK_FALSE(found[0].dark);
  // The one that says something of its own keeps its port.
  CHECK(std::find(found[0].answering.begin(), found[0].answering.end(), at(241)) ==
        found[0].answering.end());
}

TEST_CASE("many servers that differ, or fewer than nine in ten, are servers") {
  Fronts fronts;
  for (std::uint32_t i = 1; i <= 254; ++i) fronts.on_open(at(i), kShell, i);
  for (std::uint32_t i = 1; i <= 200; ++i) fronts.on_open(at(i), kWeb, 77);
  CHECK(fronts.judge(whole_block, {}).empty());
}

TEST_CASE("a handful of addresses is no prefix") {
  Fronts fronts;
  for (std::uint32_t i = 1; i <= 12; ++i) fronts.on_open(at(i), kWeb, 77);
  CHECK(fronts.judge(few, {}).empty());
}

TEST_CASE("dark addresses that all light up alike give the machine away") {
  Fronts fronts;
  for (std::uint32_t i = 1; i <= 40; ++i) fronts.on_open(at(i), kWeb, 77);
  CHECK(fronts.judge(whole_block, {at(5)}).empty());          // one may be a new server
  CHECK(fronts.judge(whole_block, {at(5), at(99)}).empty());  // one stayed dark
  CHECK(fronts.judge(whole_block, {at(5), at(6, 3)}).empty());
  const auto found = fronts.judge(whole_block, {at(5), at(40)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].dark);
  CHECK(found[0].answering.size() == 40);
}

TEST_CASE("a front is judged again when it has grown, and only then") {
  Fronts fronts;
  for (std::uint32_t i = 1; i <= 200; ++i) fronts.on_open(at(i), kWeb, 77);
  CHECK(fronts.judge_changed(whole_block, {}).empty());
  for (std::uint32_t i = 201; i <= 240; ++i) fronts.on_open(at(i), kWeb, 77);
  const auto found = fronts.judge_changed(whole_block, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].answering.size() == 240);
  CHECK(fronts.judge_changed(whole_block, {}).empty());
  fronts.on_open(at(7), kShell, 9);
  CHECK(fronts.judge_changed(whole_block, {}).empty());
  fronts.on_open(at(241), kWeb, 77);
  REQUIRE(fronts.judge_changed(whole_block, {}).size() == 1);
  CHECK(fronts.judge(whole_block, {}).size() == 1);
}

TEST_CASE("two dark addresses are chosen per block, different ones, by the salt") {
  std::vector<net::Address> unknown;
  for (std::uint32_t i = 200; i > 100; --i) unknown.push_back(at(i));
  unknown.push_back(at(1, 3));
  std::set<std::set<net::Address>> seen;
  for (std::uint64_t salt = 0; salt < 200; ++salt) {
    const auto chosen = probe::choose_dark(unknown, salt * 0x9E3779B97F4A7C15ULL);
    CHECK(chosen.size() == 2);  // the other block has one only
    seen.insert(chosen);
  }
  CHECK(seen.size() > 50);
}

TEST_CASE("M3: what speaks at a dark address is the same machine wherever it speaks") {
  Fronts fronts;
  for (std::uint32_t i = 1; i <= 40; ++i) fronts.on_open(at(i), kWeb, i <= 30 ? 77 : i);
  fronts.on_open(at(3), kShell, 0);
  fronts.on_open(at(4), kShell, 5);
  fronts.on_open(at(3, 3), kShell, 77);  // another block
  CHECK(fronts.judge_changed(whole_block, {}).empty());
  fronts.on_dark(net::block_of(at(1)), 77);
  auto found = fronts.judge_changed(whole_block, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].port == kWeb);
  CHECK(found[0].answering.size() == 30);
  CHECK(found[0].dark);
  fronts.on_dark(net::block_of(at(1)), 0);  // and says nothing elsewhere
  found = fronts.judge(whole_block, {});
  REQUIRE(found.size() == 2);
  CHECK(found[0].answering == std::vector{at(3)});
  fronts.on_open(at(41), kWeb, 77);
  CHECK(fronts.judge_changed(whole_block, {}).size() == 2);
}
