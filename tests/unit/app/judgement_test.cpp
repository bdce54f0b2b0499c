#include "app/judgement.h"

#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Stage;
using app::test::take;

namespace {

std::size_t count(const std::vector<model::Change>& changes, model::ChangeType type) {
  return static_cast<std::size_t>(std::count_if(
      changes.begin(), changes.end(), [&](const auto& change) { return change.type == type; }));
}

}  // namespace

TEST_CASE("what a run saw is in the register after it was judged", "[app][judgement]") {
  Stage stage;
  const auto judged = stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  CHECK(judged.assets == 2);
  CHECK(judged.services == 2);
  CHECK(count(judged.changes, model::ChangeType::asset_new) == 2);

  auto store = stage.open();
  const auto world = take(store.load_world());
  REQUIRE(world.assets.size() == 2);
  REQUIRE(world.assets[0].services.size() == 1);
  const auto& facts = world.assets[0].services[0].facts;
  const auto product = facts.find(std::string(model::field::kProduct));
  REQUIRE(product != facts.end());
  CHECK(product->second.source == "probe:v1");
}

TEST_CASE("the same seen again changes nothing", "[app][judgement]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  const auto again = stage.census({{"192.0.2.7"}});
  CHECK(again.assets == 1);
  CHECK(again.changes.empty());
}

TEST_CASE("another version is one change, and a run is judged once", "[app][judgement]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  auto store = stage.open();
  const auto run = stage.observe(store, {{"192.0.2.7", "9.6p1"}});
  CHECK(take(judge_run(stage.settings(), store, run)).changes.size() == 1);
  const auto held = take(store.load_world());
  CHECK(take(judge_run(stage.settings(), store, run)).changes.empty());
  CHECK(take(store.load_world()).assets == held.assets);
}

TEST_CASE("runs that were killed before judgement are taken in, oldest first", "[app][judgement]") {
  Stage stage;
  auto store = stage.open();
  const auto first = stage.observe(store, {{"192.0.2.7"}});
  const auto second = stage.observe(store, {{"192.0.2.7"}, {"192.0.2.8"}});
  const auto judged = take(judge_left_over(stage.settings(), store));
  REQUIRE(judged.size() == 2);
  CHECK(judged[0].run == first);
  CHECK(judged[1].run == second);
  CHECK(judged[0].assets == 1);
  CHECK(judged[1].assets == 2);
  CHECK(take(judge_left_over(stage.settings(), store)).empty());
}

TEST_CASE("a register judged again holds the same", "[app][judgement]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  auto store = stage.open();
  const auto before = take(store.load_world());
  CHECK(take(rejudge_register(store, stage.clock().now())).changed_assets == 0);
  CHECK(take(store.load_world()).assets == before.assets);
}
