#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::lines;
using app::test::Stage;
using app::test::take;

TEST_CASE("runs are listed newest first", "[app][commands_runs]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  stage.census({});
  const auto said = stage.run(RunsList{});
  CHECK(said.status == 0);
  REQUIRE(lines(said.out) == 2);
  CHECK(said.out.find("{\"run\":2,\"kind\":\"census\",\"state\":\"finished\"") == 0);
  CHECK(has(said.out, R"("answered":1,"silent":255)"));
}

TEST_CASE("a run shows its coverage as runs of equal outcome", "[app][commands_runs]") {
  Stage stage;
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  const auto said = stage.run(RunsShow{1});
  CHECK(said.status == 0);
  INFO(said.out);
  REQUIRE(lines(said.out) == 3);
  CHECK(has(said.out, R"("first":"192.0.2.7","last":"192.0.2.8","addresses":2,"outcome":"应答")"));
  CHECK(has(said.out,
            R"("first":"192.0.2.9","last":"192.0.2.255","addresses":247,"outcome":"静默")"));
  CHECK(has(said.err, "vantage: v1"));
}

TEST_CASE("quiet leaves the head away", "[app][commands_runs]") {
  Stage stage;
  stage.census({});
  auto invocation = stage.invocation(RunsShow{1});
  invocation.quiet = true;
  CHECK(stage.run(invocation).err.empty());
}

TEST_CASE("a run with addresses not asked needs attention", "[app][commands_runs]") {
  Stage stage;
  {
    auto store = stage.open();
    const auto run = take(store.begin_run(registry::test::sample_run()));
    auto coverage = registry::test::sample_coverage();
    coverage.blocks[0].outcomes[9] = model::HostOutcome::skipped;
    registry::test::done(store.record(run, coverage));
    registry::test::done(store.finish_run(run, model::RunState::finished));
  }
  const auto said = stage.run(RunsShow{1});
  CHECK(said.status == 1);
  CHECK(has(said.out, R"("first":"192.0.2.9","last":"192.0.2.9","addresses":1)"));
}

TEST_CASE("a run that was stopped needs attention", "[app][commands_runs]") {
  Stage stage;
  {
    auto store = stage.open();
    const auto run = take(store.begin_run(registry::test::sample_run()));
    registry::test::done(store.record(run, registry::test::sample_coverage()));
    registry::test::done(store.finish_run(run, model::RunState::stopped));
  }
  CHECK(stage.run(RunsShow{1}).status == 1);
}

TEST_CASE("a run that never was is wrong input", "[app][commands_runs]") {
  Stage stage;
  stage.census({});
  const auto said = stage.run(RunsShow{7});
  CHECK(said.status == 2);
  CHECK(has(said.err, "no run 7"));
}
