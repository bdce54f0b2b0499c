// What the runs before asked: World::earlier must neither claim nor forget a question.
#include "registry/earlier.h"

#include "fixture.h"

namespace qingdan::registry {
namespace {
using namespace test;
using model::Coverage;
using model::HostOutcome;

Coverage asked(const std::string& ports, const std::string& first,
               const std::vector<HostOutcome>& outcomes, const std::string& zone = kZone) {
  Coverage made;
  made.ports = *net::parse_ports(ports);
  made.blocks = {{zone, ip(first), outcomes}};
  return made;
}

TEST_CASE("of two outcomes of an address the one that says more is kept", "[registry][earlier]") {
  using enum HostOutcome;
  auto into = asked("22", "192.0.2.0", {skipped, answered, error, silent});
  merge_coverage(into, asked("22", "192.0.2.2", {silent, skipped, unreachable}));
  REQUIRE(into.blocks.size() == 1);
  CHECK(into.blocks[0].outcomes == std::vector{skipped, answered, silent, silent, unreachable});
}

TEST_CASE("blocks that do not touch stay apart", "[registry][earlier]") {
  using enum HostOutcome;
  auto into = asked("22", "192.0.2.8", {silent});
  merge_coverage(into, asked("22", "192.0.2.0", {answered, silent}));
  merge_coverage(into, asked("22", "192.0.2.2", {silent}, "b区"));
  merge_coverage(into, asked("22", "2001:db8::", {silent}));
  REQUIRE(into.blocks.size() == 4);
  CHECK(into.outcome(kZone, ip("192.0.2.0")) == answered);
  CHECK_FALSE(into.outcome(kZone, ip("192.0.2.2")));
  CHECK(into.outcome("b区", ip("192.0.2.2")) == silent);
  CHECK_FALSE(into.outcome("b区", ip("192.0.2.8")));
  CHECK(into.outcome(kZone, ip("192.0.2.8")) == silent);
  CHECK(into.outcome(kZone, ip("2001:db8::")) == silent);
}

TEST_CASE("merging says of every endpoint what the runs said apart", "[registry][earlier]") {
  Rng rng(11);
  for (int round = 0; round < 100; ++round) {
    std::vector<Coverage> apart;
    for (int i = 0; i < 4; ++i) {
      std::vector<HostOutcome> outcomes(1 + rng.below(9));
      for (auto& outcome : outcomes) outcome = static_cast<HostOutcome>(rng.below(5));
      apart.push_back(asked("22,80", "192.0.2." + std::to_string(rng.below(20)), outcomes));
    }
    auto together = apart[0];
    for (const auto& one : apart) merge_coverage(together, one);
    for (int last = 0; last < 40; ++last) {
      const auto place = at("192.0.2." + std::to_string(last), 80);
      const bool any = std::any_of(apart.begin(), apart.end(),
                                   [&](const auto& one) { return one.comparable(place); });
      CHECK(together.comparable(place) == any);
    }
    for (const auto& one : apart) CHECK(asked_as_well(one, together));
  }
}

TEST_CASE("a run is told by another only where that asked all of it", "[registry][earlier]") {
  using enum HostOutcome;
  const auto whole = asked("22,80", "192.0.2.0", {answered, silent, skipped, error});
  CHECK(asked_as_well(asked("80", "192.0.2.0", {silent, answered}), whole));
  CHECK(asked_as_well(asked("80", "192.0.2.1", {silent, skipped, error, skipped}), whole));
  CHECK_FALSE(asked_as_well(asked("80", "192.0.2.2", {silent}), whole));
  CHECK_FALSE(asked_as_well(asked("80", "192.0.2.3", {silent}), whole));
  CHECK_FALSE(asked_as_well(asked("80", "192.0.2.4", {silent}), whole));
  CHECK_FALSE(asked_as_well(asked("80,443", "192.0.2.0", {silent}), whole));
}

// A run of `coverage` that found nobody; applied or only finished.
void run_of(Filled& filled, const Coverage& coverage, bool applied) {
  const auto run = take(filled.store.begin_run(sample_run()));
  done(filled.store.record(run, coverage));
  done(filled.store.finish_run(run, model::RunState::finished));
  const auto before = take(filled.store.load_world());
  if (applied) take(filled.store.apply(before, {before, {}}, run));
}

TEST_CASE("a world knows what the applied runs asked and nothing else", "[registry][earlier]") {
  using enum HostOutcome;
  TempDir dir;
  VirtualClock clock;
  Rng rng(1);
  CHECK(take(take(Store::open(dir.file("r.db"), clock, rng)).load_world()).earlier.empty());

  Filled filled;  // one applied run: 22, 80 and 443 of 192.0.2.0/24
  run_of(filled, asked("22,80,443", "192.0.3.0", {silent, skipped}), true);
  run_of(filled, asked("22", "192.0.2.7", {answered}), true);     // told by the census
  run_of(filled, asked("8080", "192.0.2.7", {answered}), true);   // not told
  run_of(filled, asked("9090", "192.0.2.7", {answered}), false);  // not in the register
  const auto world = take(filled.store.load_world());
  REQUIRE(world.earlier.size() == 2);
  CHECK(world.earlier[0].ports == sample_coverage().ports);
  CHECK(world.earlier[0].comparable(at("192.0.2.99", 443)));
  CHECK(world.earlier[0].comparable(at("192.0.3.0", 22)));
  CHECK_FALSE(world.earlier[0].comparable(at("192.0.3.1", 22)));
  CHECK_FALSE(world.earlier[0].comparable(at("192.0.2.7", 8080)));
  CHECK(world.earlier[1].comparable(at("192.0.2.7", 8080)));
  CHECK_FALSE(world.earlier[1].comparable(at("192.0.2.8", 8080)));
  // A narrow load brings few assets, yet every question that was asked before.
  const auto narrow = take(filled.store.load_world(asked("22", "192.0.2.8", {silent})));
  CHECK(narrow.assets.size() == 1);
  CHECK(narrow.earlier.size() == 2);
}

}  // namespace
}  // namespace qingdan::registry
