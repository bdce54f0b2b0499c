// Laws of the register on random histories: what was judged is what is held, the file stays sound,
// and judging nothing new writes nothing.
#include <set>
#include "../../unit/registry/fixture.h"

#include "qingdan/registry/audit.h"
#include "qingdan/registry/query.h"
#include "qingdan/registry/seal.h"

namespace qingdan::registry {
namespace {
using namespace test;

std::string random_json(Rng& rng) {
  static const std::vector<std::string> kHostile{
      "",     "x",           "清单 𠮷", "\"; DROP TABLE asset; --",
      "%_\\", "=HYPERLINK(", "\n\t",    std::string("\0y", 2),
      "1.10", "0012"};
  return model::to_json(kHostile[rng.below(kHostile.size())] + std::to_string(rng.below(5)));
}

void change_claims(std::vector<model::Claim>& claims, model::Facts& facts, model::RunId run,
                   Rng& rng, std::string_view field) {
  const auto found =
      std::find_if(claims.begin(), claims.end(), [&](const auto& c) { return c.field == field; });
  if (found != claims.end() && rng.below(4) == 0) {
    claims.erase(found);
    facts.erase(std::string(field));
    return;
  }
  auto& target = found != claims.end() ? *found : claims.emplace_back();
  target = claim(field, random_json(rng), run, static_cast<int>(rng.below(101)));
  target.actor = rng.below(2) == 0 ? "" : "张三";
  target.unconfirmed = static_cast<int>(rng.below(4));
  facts[std::string(field)] = fact_of(target);
  facts[std::string(field)].state = static_cast<model::FactState>(rng.below(4));
  std::sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) {
    return std::tie(a.field, a.source) < std::tie(b.field, b.source);
  });
}

void change_services(model::AssetRecord& asset, model::RunId run, Rng& rng) {
  for (auto& one : asset.services) {
    one.state = static_cast<model::PortState>(rng.below(3));
    one.misses = static_cast<int>(rng.below(4));
    change_claims(one.claims, one.facts, run, rng, model::field::kBanner);
  }
  const auto held = asset.bindings.back();
  if (held.until.value != 0 || rng.below(2) == 0) return;
  const auto port = static_cast<std::uint16_t>(1 + rng.below(30));
  auto fresh = service(held.ip.to_string(), port, run, "http",
                       product("nginx", std::to_string(rng.below(3))));
  const bool there = std::any_of(asset.services.begin(), asset.services.end(),
                                 [&](const auto& s) { return s.at == fresh.at; });
  if (!there) asset.services.push_back(fresh);
  std::sort(asset.services.begin(), asset.services.end(),
            [](const auto& a, const auto& b) { return a.at < b.at; });
}

// What the next run makes of the world: any mix of differences that a judgement may have.
model::World next_world(const model::World& before, model::RunId run, int round, Rng& rng) {
  auto after = before;
  const UnixMillis now{1'780'000'001'000 + round * 1000};
  for (auto& one : after.assets) {
    if (rng.below(3) == 0) continue;
    one.presence = static_cast<model::Presence>(rng.below(4));
    one.misses = static_cast<int>(rng.below(5));
    one.last_seen = now;
    change_claims(one.claims, one.facts, run, rng, model::field::kName);
    change_claims(one.claims, one.facts, run, rng, model::field::kUnit);
    change_services(one, run, rng);
  }
  // Two assets trade addresses, services and all.
  if (after.assets.size() > 1 && rng.below(2) == 0) {
    auto& a = after.assets[rng.below(after.assets.size())];
    auto& b = after.assets[rng.below(after.assets.size())];
    if (&a != &b && a.bindings.back().until.value == 0 && b.bindings.back().until.value == 0) {
      const auto was_a = a.bindings.back();
      const auto was_b = b.bindings.back();
      a.bindings.back().until = b.bindings.back().until = now;
      a.bindings.push_back({was_b.zone, was_b.ip, now, {}});
      b.bindings.push_back({was_a.zone, was_a.ip, now, {}});
      std::swap(a.services, b.services);
    }
  }
  const auto fresh = rng.below(3);
  for (std::uint64_t i = 0; i < fresh; ++i) {
    after.assets.push_back(asset("10.0." + std::to_string(round) + "." + std::to_string(i), run));
  }
  return after;
}

// Ids are the register's to give.
void take_ids(model::World& given, const model::World& stored) {
  for (std::size_t i = 0; i < given.assets.size(); ++i) {
    given.assets[i].id = stored.assets[i].id;
    given.assets[i].number = stored.assets[i].number;
    for (std::size_t s = 0;
         s < given.assets[i].services.size() && s < stored.assets[i].services.size(); ++s) {
      given.assets[i].services[s].id = stored.assets[i].services[s].id;
    }
  }
}

TEST_CASE("after any history the register holds what was judged", "[registry][property]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    TempDir dir;
    VirtualClock clock;
    Rng rng(seed);
    auto store = take(Store::open(dir.file("r.db"), clock, rng));
    std::int64_t last_number = 0;
    for (int round = 0; round < 12; ++round) {
      INFO("round " << round);
      const auto run = take(store.begin_run(sample_run()));
      done(store.record(run, sample_coverage()));
      done(store.finish_run(run, model::RunState::finished));
      const auto before = take(store.load_world());
      auto after = next_world(before, run, round, rng);
      const auto applied = take(store.apply(before, {after, {}}, run));
      const auto world = take(store.load_world());
      REQUIRE(world.assets.size() == after.assets.size());
      take_ids(after, world);
      CHECK(world.assets == after.assets);
      for (const auto id : applied.ids) last_number = std::max(last_number, id.value);
      CHECK(last_number == static_cast<std::int64_t>(world.assets.size()));

      // Law 2: the same run again, and the same world by another run, write nothing.
      CHECK(take(store.apply(world, {world, {}}, run)).already);
      const auto idle = take(store.apply(world, {world, {}}));
      CHECK(idle.changed_assets == 0);
      CHECK(idle.services == 0);
    }
    CHECK(take(verify(dir.file("r.db"))).faults == std::vector<std::string>{});
    CHECK_FALSE(take(seal(store, {1}, "a")).reused);
    CHECK(take(seal(store, {2}, "a")).reused);
  }
}

// Any history of merges, runs and partings: what is held of each record is what would be held
// without them, and those parted are told apart from then on.
TEST_CASE("law 7: merging and parting move nothing", "[registry][property]") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    INFO("seed " << seed);
    TempDir dir;
    VirtualClock clock;
    Rng rng(seed);
    auto store = take(Store::open(dir.file("r.db"), clock, rng));
    std::set<std::int64_t> merged;
    model::World held;
    for (int round = 0; round < 14; ++round) {
      INFO("round " << round);
      if (rng.below(3) == 0 || held.assets.size() < 3) {
        const auto before = take(store.load_world());
        take(store.apply(before, {next_world(before, {}, round, rng), {}}));
        held = take(store.load_world());
      }
      if (held.assets.empty()) continue;  // chance gave none yet
      const auto any = [&] { return 1 + static_cast<std::int64_t>(rng.below(held.assets.size())); };
      const auto one = any();
      if (const auto done_to = store.merge(asset_number(any()), {asset_number(one), "r", "a"})) {
        merged.insert(one);
      }
      const auto other = any();
      const auto parted = store.unmerge({asset_number(other), "r", "a"});
      CHECK(parted.has_value() == (merged.erase(other) == 1));
      CHECK(take(store.load_world()).assets == held.assets);
      std::size_t listed = 0;
      const auto query = take(Query::open(dir.file("r.db")));
      done(query.assets({}, [&](const AssetRow&) { return ++listed != 0; }));
      CHECK(listed == held.assets.size() - merged.size());
      for (std::size_t i = 0; i < held.assets.size(); ++i) {
        const auto found = take(query.find_asset(held.assets[i].number));
        REQUIRE(found);
        CHECK((found->number == held.assets[i].number) ==
              !merged.contains(held.assets[i].id.value));
      }
    }
    while (!merged.empty()) {
      take(store.unmerge({asset_number(*merged.begin()), "r", "a"}));
      merged.erase(merged.begin());
    }
    const auto query = take(Query::open(dir.file("r.db")));
    for (const auto& asset : held.assets) CHECK(*take(query.find_asset(asset.number)) == asset);
    CHECK(take(verify(dir.file("r.db"))).faults == std::vector<std::string>{});
  }
}

TEST_CASE("no text can be more than a value of a filter", "[registry][property]") {
  Filled filled;
  const auto query = take(Query::open(filled.path));
  Rng rng(3);
  const std::string letters = "abcdefghijklmnopqrstuvwxyz=!&\"\\ %_'();-清0123456789./:,";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const auto size = rng.below(24);
    for (std::uint64_t i = 0; i < size; ++i) text += letters[rng.below(letters.size())];
    if (rng.below(2) == 0) text = "title=\"" + text + "\"";
    const auto filter = parse_filter(text);
    if (!filter) {
      CHECK(filter.error().code == ErrorCode::input);
      continue;
    }
    const auto listed = query.services(*filter, [](const ServiceRow&) { return true; });
    INFO(text);
    if (!listed) CHECK(listed.error().code == ErrorCode::input);
  }
}

}  // namespace
}  // namespace qingdan::registry
