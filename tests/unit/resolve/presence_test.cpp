#include "qingdan/resolve/presence.h"

#include <catch2/catch.hpp>

#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;
using model::ChangeType;
using model::PortState;
using model::Presence;
using Lines = std::vector<std::string>;

namespace {
const std::vector<Port> kWeb{{80, "http", "nginx", "1.18.0"}};
// Hosts 1..count of the block, but the first `without`.
std::vector<HostSeen> hosts(std::uint32_t count, std::uint32_t without = 0,
                            std::uint32_t block = 0) {
  std::vector<HostSeen> made;
  for (std::uint32_t n = without + 1; n <= count; ++n) made.push_back(host(ip(n, block), kWeb));
  return made;
}
model::World world_of(const std::vector<HostSeen>& all) {
  return after({}, run(1, 0, all, "1-10000", 4)).world;
}
}  // namespace

TEST_CASE("three misses over seven days make a host missing", "[resolve][presence]") {
  model::AssetRecord asset;
  count_miss(asset, day(1));
  CHECK(asset.presence == Presence::suspect);
  count_miss(asset, day(2));
  count_miss(asset, day(3));
  CHECK(asset.presence == Presence::suspect);  // three, but within two days
  count_miss(asset, day(8));
  CHECK(asset.presence == Presence::missing);
  count_answer(asset);
  CHECK(asset == model::AssetRecord{});
}

TEST_CASE("two misses over a year are not three", "[resolve][presence]") {
  model::AssetRecord asset;
  count_miss(asset, day(1));
  count_miss(asset, day(366));
  CHECK(asset.presence == Presence::suspect);
}

TEST_CASE("a deaf run is one event and changes nothing (law 5)", "[resolve][presence]") {
  const auto before = world_of(hosts(20));
  const auto told = after(before, run(2, 1, {}, "1-10000", 4));
  CHECK(words(told.changes) == Lines{"覆盖缺口: 在线 20 → 静默 20"});
  CHECK(told.changes[0].object == "run");
  CHECK(told.world.assets == before.assets);
}

TEST_CASE("two hosts that fall silent are no deaf run", "[resolve][presence]") {
  const auto told = after(world_of(hosts(2)), run(2, 1, {}));
  CHECK(count(told.changes, ChangeType::asset_suspect) == 2);
}

TEST_CASE("more than a fifth of a block silent is one event of the block", "[resolve][presence]") {
  auto all = hosts(10, 0, 0);
  const auto other = hosts(10, 0, 1);
  all.insert(all.end(), other.begin(), other.end());
  const auto before = world_of(all);
  const auto seen = [&](int number, int n, std::uint32_t gone) {
    auto left = hosts(10, gone, 0);
    left.insert(left.end(), other.begin(), other.end());
    return run(number, n, left, "1-10000", 4);
  };
  CHECK(count(after(before, seen(2, 1, 2)).changes, ChangeType::asset_suspect) == 2);  // a fifth

  auto told = after(before, seen(2, 1, 3));
  CHECK(words(told.changes) ==
        Lines{"网段级异常 10.98.0.0: 10.98.0.0/24 在线 10 → 10.98.0.0/24 静默 3"});
  CHECK(told.world.assets[0].presence == Presence::online);
  SECTION("silent again, they are counted") {
    told = after(told.world, seen(3, 2, 3));
    CHECK(told.changes.size() == 3);
    CHECK(count(told.changes, ChangeType::asset_suspect) == 3);
  }
  SECTION("heard again, nothing happened") {
    told = after(told.world, seen(3, 2, 0));
    CHECK(told.changes.empty());
    CHECK(told.world.assets[0].first_missed.value == 0);
  }
}

TEST_CASE("a run that misses more than half counts no silence", "[resolve][presence]") {
  std::vector<HostSeen> all, left;  // three a block: too few for the guard of a block
  for (std::uint32_t block = 0; block < 4; ++block) {
    for (const auto& one : hosts(3, 0, block)) all.push_back(one);
    for (const auto& one : hosts(3, 2, block)) left.push_back(one);
  }
  const auto told = after(world_of(all), run(2, 1, left, "1-10000", 4));
  CHECK(words(told.changes) == Lines{"覆盖缺口: 在线 12 → 静默 8"});
}

TEST_CASE("a host that only refuses is alive, and its ports are silent", "[resolve][presence]") {
  const auto before = world_of(hosts(1));
  const auto told = after(before, outcome(run(2, 1, {}), ip(1), HostOutcome::answered));
  CHECK(told.changes.empty());
  CHECK(told.world.assets[0].presence == Presence::online);
  CHECK(told.world.assets[0].services[0].state == PortState::unseen);
}
