#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::Stage;

TEST_CASE("a flag goes before the settings file", "[app][run]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  app::test::write_file(stage.file("own.toml"), "register = \"" + stage.path() + "\"\n");
  Invocation invocation;
  invocation.config = stage.file("own.toml");
  invocation.command = RunsList{};
  CHECK(stage.run(invocation).status == 0);
  invocation.register_path = stage.file("other.db");
  const auto other = stage.run(invocation);
  CHECK(other.status == 3);
  CHECK(has(other.err, "other.db"));
}

TEST_CASE("wrong settings end every command", "[app][run]") {
  const Stage stage;
  app::test::write_file(stage.file("settings.toml"), "registre = \"x\"\n");
  const auto said = stage.run(RunsList{});
  CHECK(said.status == 2);
  CHECK(has(said.err, "settings.toml:1: unknown key"));
}

TEST_CASE("where an error passed is told only when asked", "[app][run]") {
  const Stage stage;
  app::test::write_file(stage.path(), "no register at all, but long enough to be looked at");
  auto invocation = stage.invocation(RunsList{});
  const auto brief = stage.run(invocation);
  CHECK(brief.status == 3);
  CHECK(app::test::lines(brief.err) == 1);
  invocation.verbosity = 1;
  CHECK(stage.run(invocation).err.size() >= brief.err.size());
}

TEST_CASE("the version names program, rules and compiler", "[app][run]") {
  const Stage stage;
  const auto text = version_text(stage.invocation(RunsList{}));
  CHECK(text.find("qingdan ") == 0);
  CHECK(has(text, "(rules local+"));
  CHECK(has(text, "built with "));
  Invocation broken;
  broken.config = "/nonexistent/s.toml";
  CHECK(has(version_text(broken), "rules unreadable"));
}

TEST_CASE("who did it is who says so, or who is logged in", "[app][run]") {
  CHECK(actor_or_login("王工") == "王工");
  CHECK_FALSE(actor_or_login("").empty());
}
