#include "app/rules.h"

#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Stage;
using app::test::take;

namespace {

Settings settings_of(const Stage& stage) {
  Settings settings;
  settings.rule_directories = {stage.file("fingerprints")};
  settings.cache_directory = stage.file("cache");
  return settings;
}

}  // namespace

TEST_CASE("the rules of all directories are opened", "[app][rules]") {
  const Stage stage;
  auto settings = settings_of(stage);
  app::test::write_file(stage.file("own/ssh/own.toml"), R"([[rule]]
id = "ssh.own"
input = "ssh.banner"
pattern = '^Own_(?P<version>\d+)'
service = "openssh"
source = "test"
)");
  CHECK(take(open_rules(settings))->rules().size() == 1);
  settings.rule_directories.push_back(stage.file("own"));
  CHECK(take(open_rules(settings))->rules().size() == 2);
}

TEST_CASE("compiled rules are kept and found again", "[app][rules]") {
  const Stage stage;
  const auto settings = settings_of(stage);
  const auto release = take(open_rules(settings))->release();
  CHECK_FALSE(std::filesystem::is_empty(stage.file("cache")));
  CHECK(take(open_rules(settings))->release() == release);
}

TEST_CASE("a rule directory that is not there is named", "[app][rules]") {
  Settings settings;
  settings.rule_directories = {"/nonexistent/rules"};
  const auto opened = open_rules(settings);
  REQUIRE_FALSE(opened);
  CHECK(app::test::has(opened.error().text, "/nonexistent/rules"));
}

TEST_CASE("the closed words stand beside the shipped rules", "[app][rules]") {
  Settings settings;
  for (const auto* shipped : {"/opt/q/fingerprints", "/opt/q/fingerprints/"}) {
    settings.rule_directories = {shipped, "/etc/own"};
    CHECK(vocabulary_directory(settings) == "/opt/q/schema/vocabulary");
  }
}
