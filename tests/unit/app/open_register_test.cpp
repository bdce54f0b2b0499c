#include "app/open_register.h"

#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Stage;

TEST_CASE("a register that is there opens for writing", "[app][open_register]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  Rng rng(1);
  auto store = open_register(stage.path(), stage.clock(), rng);
  REQUIRE(store);
  CHECK(app::test::take(store->load_world()).assets.size() == 1);
}

TEST_CASE("a mistyped path makes no register", "[app][open_register]") {
  const Stage stage;
  Rng rng(1);
  const auto store = open_register(stage.path(), stage.clock(), rng);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::io);
  CHECK(app::test::has(store.error().text, stage.path()));
  CHECK_FALSE(std::filesystem::exists(stage.path()));
}
