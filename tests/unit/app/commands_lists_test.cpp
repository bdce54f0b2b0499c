#include "app/commands.h"
#include "unit/app/heard.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::hear;
using app::test::lines;
using app::test::Stage;

TEST_CASE("services are listed with what they are", "[app][commands_lists]") {
  Stage stage;
  stage.census({{"192.0.2.7"}, {"192.0.2.8", "9.6p1"}});
  const auto all = stage.run(ServicesList{});
  CHECK(all.status == 0);
  CHECK(lines(all.out) == 2);
  CHECK(has(all.out, R"("ip":"192.0.2.7","port":22,"transport":"tcp")"));
  CHECK(has(all.out, R"("product":"OpenSSH","version":"9.2p1")"));
  const auto one = stage.run(ServicesList{"version=9.6p1"});
  CHECK(lines(one.out) == 1);
  CHECK(has(one.out, "192.0.2.8"));
  CHECK(stage.run(ServicesList{"port=80"}).out.empty());
}

TEST_CASE("what is in doubt is marked in lists", "[app][commands_lists]") {
  Stage stage;
  hear(stage, {{"192.0.2.7", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_9.2p1\r\n"}});
  CHECK(has(stage.run(ServicesList{}).out, R"("doubts":null)"));
  hear(stage, {{"192.0.2.7", 22, model::channel::kSsh, "SSH-2.0-Foreign\r\n"}});
  CHECK(has(stage.run(ServicesList{}).out, R"("doubts":["product"])"));
  auto table = stage.invocation(ServicesList{});
  table.format = Format::table;
  CHECK(has(stage.run(table).out, "OpenSSH?"));
  CHECK(has(stage.run(AssetsList{}).out, R"("doubts":null)"));
}

TEST_CASE("assets are listed by condition", "[app][commands_lists]") {
  Stage stage;
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  const auto one = stage.run(AssetsList{"ip=192.0.2.8"});
  CHECK(one.status == 0);
  CHECK(lines(one.out) == 1);
  CHECK(has(one.out, R"("services":1)"));
}

TEST_CASE("a condition that is none is wrong input", "[app][commands_lists]") {
  Stage stage;
  stage.census({});
  for (const auto& said :
       {stage.run(ServicesList{"prot=22"}), stage.run(AssetsList{"port=seventy"})}) {
    CHECK(said.status == 2);
    CHECK(said.out.empty());
    CHECK(lines(said.err) == 1);
  }
}

TEST_CASE("changes come by sequence, by run, and between runs in either order",
          "[app][commands_lists]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  stage.census({{"192.0.2.7", "9.6p1"}, {"192.0.2.8"}});
  const auto all = stage.run(ChangesList{}).out;
  const auto first = stage.run(ChangesList{0, 1, 0}).out;
  const auto second = stage.run(ChangesList{0, 2, 0}).out;
  const auto third = stage.run(ChangesList{0, 3, 0}).out;
  CHECK(all == first + second + third);
  CHECK(has(second, "192.0.2.8"));
  CHECK_FALSE(has(second, "192.0.2.7"));
  CHECK(stage.run(ChangesList{0, 3, 1}).out == second + third);
  CHECK(stage.run(ChangesList{0, 1, 3}).out == second + third);
  CHECK(stage.run(ChangesList{static_cast<std::int64_t>(lines(first)), 0, 0}).out ==
        second + third);
}

TEST_CASE("changes of a run that never was are wrong input", "[app][commands_lists]") {
  Stage stage;
  stage.census({});
  const auto said = stage.run(ChangesList{0, 99, 0});
  CHECK(said.status == 2);
  CHECK(has(said.err, "no run 99"));
  CHECK(stage.run(ChangesList{0, 1, 99}).status == 2);
}

TEST_CASE("lists of a register that is not there could not be read", "[app][commands_lists]") {
  const Stage stage;
  for (const auto& said :
       {stage.run(ServicesList{}), stage.run(AssetsList{}), stage.run(ChangesList{})}) {
    CHECK(said.status == 3);
    CHECK(lines(said.err) == 1);
  }
  CHECK_FALSE(std::filesystem::exists(stage.path()));
}
