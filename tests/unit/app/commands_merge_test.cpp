#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::lines;
using app::test::Stage;

TEST_CASE("two assets are merged by number or address, and taken apart", "[app][commands_merge]") {
  Stage stage;
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  const auto before = stage.run(AssetsList{""}).out;
  REQUIRE(lines(before) == 2);

  const auto merged = stage.run(AssetsMerge{"192.0.2.7", "192.0.2.8", "两块网卡", "王工"});
  INFO(merged.err);
  CHECK(merged.status == 0);
  CHECK(has(merged.out, "ZC-000002 answers under ZC-000001"));
  CHECK(lines(stage.run(AssetsList{""}).out) == 1);
  CHECK(stage.run(AssetsShow{"ZC-000002"}).out == stage.run(AssetsShow{"ZC-000001"}).out);
  const auto told = stage.run(ChangesList{}).out;
  CHECK(has(told, R"("cause":"合并拆分")"));
  CHECK(has(told, "两块网卡"));

  SECTION("a census between changes nothing of it") {
    stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
    CHECK(lines(stage.run(AssetsList{""}).out) == 1);
  }
  const auto back = stage.run(AssetsUnmerge{"ZC-000002", "误判", "王工"});
  INFO(back.err);
  CHECK(back.status == 0);
  CHECK(has(back.out, "apart from ZC-000001"));
  CHECK(lines(stage.run(AssetsList{""}).out) == 2);
  CHECK(stage.run(RegisterVerify{}).status == 0);
}

TEST_CASE("a merge that cannot be is one line and status 2", "[app][commands_merge]") {
  Stage stage;
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  const auto refused = [&](const Command& command, const std::string& word) {
    const auto said = stage.run(command);
    INFO(said.err);
    CHECK(said.status == 2);
    CHECK(lines(said.err) == 1);
    CHECK(has(said.err, word));
  };
  refused(AssetsMerge{"192.0.2.7", "192.0.2.99", "r", "a"}, "192.0.2.99");
  refused(AssetsMerge{"192.0.2.7", "192.0.2.7", "r", "a"}, "one asset already");
  refused(AssetsMerge{"192.0.2.7", "192.0.2.8", " ", "a"}, "reason");
  refused(AssetsUnmerge{"ZC-000002", "r", "a"}, "was not merged");
  refused(AssetsUnmerge{"ZC-9", "r", "a"}, "there is no asset");
}
