#include "qingdan/resolve/comparable.h"

#include <catch2/catch.hpp>

#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;

namespace {
model::AssetRecord web() {
  return after({}, run(1, 0, {host(ip(1), {{22, "ssh", "", ""}, {80, "http", "", ""}})}))
      .world.assets[0];
}
}  // namespace

TEST_CASE("silence means something only where all that once answered was asked",
          "[resolve][comparable]") {
  const auto asset = web();
  CHECK(sight_at(asset, kZone, ip(1), run(2, 1, {}, "22,80,443")) == Sight::silent);
  CHECK(sight_at(asset, kZone, ip(1), run(2, 1, {}, "22")) == Sight::unjudged);
  CHECK(sight_at(asset, kZone, ip(1), run(2, 1, {}, "443")) == Sight::unjudged);
  CHECK(sight_at(asset, "互联网区", ip(1), run(2, 1, {})) == Sight::unjudged);
  for (const auto what : {HostOutcome::skipped, HostOutcome::error}) {
    CHECK(sight_at(asset, kZone, ip(1), outcome(run(2, 1, {}), ip(1), what)) == Sight::unjudged);
  }
  CHECK(sight_at(asset, kZone, ip(1), outcome(run(2, 1, {}), ip(1), HostOutcome::unreachable)) ==
        Sight::silent);
  CHECK(sight_at(asset, kZone, ip(1), outcome(run(2, 1, {}), ip(1), HostOutcome::answered)) ==
        Sight::answered);
}

TEST_CASE("only a vantage that heard an asset can miss it", "[resolve][comparable]") {
  CHECK(heard_from(web(), "a"));
  CHECK_FALSE(heard_from(web(), "b"));
  CHECK(heard_from(model::AssetRecord{}, "b"));
}

TEST_CASE("an asset without address is looked for where it was last", "[resolve][comparable]") {
  auto asset = web();
  CHECK(holds(asset, kZone, ip(1)));
  asset.bindings = {{kZone, ip(1), day(0), day(1)}, {kZone, ip(2), day(1), day(2)}};
  CHECK_FALSE(holds(asset, kZone, ip(1)));
  REQUIRE(places_of(asset).size() == 1);
  CHECK(places_of(asset)[0].ip == ip(2));
}

TEST_CASE("earlier coverage says what was asked before", "[resolve][comparable]") {
  CHECK(asked_before({}, at(ip(1), 80)));
  const std::vector<model::Coverage> earlier{run(1, 0, {}, "22").coverage};
  CHECK(asked_before(earlier, at(ip(1), 22)));
  CHECK_FALSE(asked_before(earlier, at(ip(1), 80)));
  CHECK(asked_before(earlier, kZone, ip(1)));
  CHECK_FALSE(asked_before(earlier, kZone, ip(1, 7)));
}
