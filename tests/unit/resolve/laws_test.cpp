#include "qingdan/resolve/laws.h"

#include <catch2/catch.hpp>

#include <set>

#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;

namespace {
model::World good() {
  return after({},
               run(1, 0,
                   {host(ip(1), {{22, "ssh", "openssh", "9.2p1"}, {80, "http", "nginx", "1.18.0"}}),
                    host(ip(2), {{80, "http", "nginx", "1.18.0"}})}))
      .world;
}
std::set<int> broken(const model::World& world) {
  std::set<int> numbers;
  for (const auto& violation : check_world(world, day(1))) numbers.insert(violation.law);
  return numbers;
}
}  // namespace

TEST_CASE("a good register breaks no law", "[resolve][laws]") { CHECK(broken(good()).empty()); }

TEST_CASE("each breach is found by its law", "[resolve][laws]") {
  auto world = good();
  auto& first = world.assets[0];
  auto& second = world.assets[1];
  SECTION("a fact nobody claims") {
    first.services[0].facts["service.product"].value = json("nginx", "9");
    CHECK(broken(world) == std::set{1});
    CHECK(check_world(world, day(1))[0].asset == "ZC-1");
  }
  SECTION("two holders of an address") {
    second.bindings.push_back(first.bindings[0]);
    CHECK(broken(world) == std::set{20, 27});
  }
  SECTION("a service under two assets") {
    second.services.insert(second.services.begin(), first.services[0]);
    CHECK(broken(world) == std::set{21, 24});
  }
  SECTION("a number given twice") {
    second.number = first.number;
    CHECK(broken(world) == std::set{22});
  }
  SECTION("two claims of one source") {
    first.services[0].claims.push_back(first.services[0].claims.back());
    CHECK(broken(world) == std::set{23});
  }
  SECTION("online with misses") {
    first.misses = 2;
    CHECK(broken(world) == std::set{25});
  }
  SECTION("an interval that ends before it begins") {
    first.bindings.insert(first.bindings.begin(), {kZone, ip(7), day(-1), day(-2)});
    CHECK(broken(world) == std::set{26});
  }
  SECTION("services out of order") {
    std::swap(first.services[0], first.services[1]);
    CHECK(broken(world) == std::set{27});
  }
}

TEST_CASE("a fact made before a claim ran out is right until it is made anew", "[resolve][laws]") {
  auto world = good();
  auto said = manual(field::kName, text("门户"));
  said.valid_until = day(2);
  world.assets[0].claims = {said};
  world = rejudge(world, day(1)).after;
  CHECK(check_world(world, day(1)).empty());
  CHECK(check_world(world, day(5)).empty());
  world = rejudge(world, day(5)).after;
  CHECK(check_world(world, day(5)).empty());
  CHECK(world.assets[0].facts.empty());
}

TEST_CASE("a step that loses or invents is found", "[resolve][laws]") {
  const auto before = good();
  const auto seen = run(2, 1, {}, "443");
  auto result = reconcile(before, seen);
  CHECK(check_step(before, seen, result).empty());
  SECTION("a lost service") {
    result.after.assets[0].services.pop_back();
    CHECK(check_step(before, seen, result)[0].law == 28);
  }
  SECTION("a death without coverage") {
    model::Change change;
    change.type = model::ChangeType::asset_missing;
    change.asset_index = 0;
    result.changes.push_back(change);
    CHECK(check_step(before, seen, result)[0].law == 4);
  }
  SECTION("a person overwritten") {
    auto held = before;
    held.assets[0].claims = {manual(field::kName, text("门户"))};
    CHECK(check_step(held, seen, result)[0].law == 6);
  }
}

TEST_CASE("laws are numbered once", "[resolve][laws]") {
  std::set<int> numbers;
  for (const auto& law : laws()) CHECK(numbers.insert(law.number).second);
}
