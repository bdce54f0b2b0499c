#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::Stage;

TEST_CASE("a register that a census made is sound", "[app][commands_register]") {
  Stage stage;
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  const auto said = stage.run(RegisterVerify{});
  INFO(said.out);
  CHECK(said.status == 0);
  CHECK(has(said.out, "laws: 2 assets against"));
  CHECK(has(said.out, "\nsound\n"));
}

TEST_CASE("a damaged register needs attention or cannot be read", "[app][commands_register]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  auto bytes = app::test::slurp(stage.path());
  REQUIRE(bytes.size() > 60'000);
  for (std::size_t i = 40'000; i < 60'000; ++i) bytes[i] = '\x55';
  app::test::write_file(stage.path(), bytes);
  const auto said = stage.run(RegisterVerify{});
  INFO(said.out << said.err);
  CHECK((said.status == 1 || said.status == 3));
  CHECK_FALSE(has(said.out, "\nsound\n"));
}

TEST_CASE("a rebuild takes in what was left over and changes nothing else",
          "[app][commands_register]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  {
    auto store = stage.open();
    (void)stage.observe(store, {{"192.0.2.7"}, {"192.0.2.8"}});
  }
  CHECK(has(stage.run(RegisterRebuild{}).out, "1 runs taken in"));
  CHECK(app::test::lines(stage.run(AssetsList{}).out) == 2);
  const auto again = stage.run(RegisterRebuild{});
  CHECK(again.status == 0);
  CHECK(has(again.out, "0 runs taken in that had been left over, 0 assets"));
}

TEST_CASE("a rebuild makes no register where there is none", "[app][commands_register]") {
  const Stage stage;
  CHECK(stage.run(RegisterRebuild{}).status == 3);
  CHECK_FALSE(std::filesystem::exists(stage.path()));
}

TEST_CASE("a backup restores what was held then", "[app][commands_register]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  CHECK(stage.run(RegisterBackup{stage.file("b.db")}).status == 0);
  CHECK(stage.run(RegisterBackup{stage.file("b.db")}).status != 0);  // never over another
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  REQUIRE(app::test::lines(stage.run(AssetsList{}).out) == 2);
  CHECK(stage.run(RegisterRestore{stage.file("b.db")}).status == 0);
  CHECK(app::test::lines(stage.run(AssetsList{}).out) == 1);
  CHECK(stage.run(RegisterVerify{}).status == 0);
}

TEST_CASE("what is no register is not put in place of one", "[app][commands_register]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  app::test::write_file(stage.file("b.db"), "not a register");
  CHECK(stage.run(RegisterRestore{stage.file("b.db")}).status != 0);
  CHECK(app::test::lines(stage.run(AssetsList{}).out) == 1);
}
