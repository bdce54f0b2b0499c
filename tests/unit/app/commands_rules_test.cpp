#include <sstream>

#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::Said;
using app::test::Stage;

namespace {

void copy_vocabulary(const Stage& stage) {
  std::filesystem::create_directories(stage.file("schema"));
  std::filesystem::copy(std::string(QINGDAN_SOURCE_DIR) + "/schema/vocabulary",
                        stage.file("schema/vocabulary"));
}

Said identify(const Stage& stage, const std::string& questions) {
  std::istringstream in(questions);
  auto* console = std::cin.rdbuf(in.rdbuf());
  auto said = stage.run(RulesIdentify{});
  std::cin.rdbuf(console);
  std::cin.clear();
  return said;
}

}  // namespace

TEST_CASE("a sound rule base is told so with its numbers", "[app][commands_rules]") {
  const Stage stage;
  copy_vocabulary(stage);
  const auto said = stage.run(RulesCheck{});
  INFO(said.out);
  CHECK(said.status == 0);
  CHECK(has(said.out, "1 rules, 1 products, 2 examples"));
  CHECK(has(said.out, "sound"));
}

TEST_CASE("a faulty rule is named with file and line", "[app][commands_rules]") {
  const Stage stage;
  copy_vocabulary(stage);
  app::test::write_file(stage.file("fingerprints/ssh/faulty.toml"),
                        app::test::kRules + "[[rule]]\nid = \"ssh.none\"\n");
  const auto said = stage.run(RulesCheck{});
  CHECK(said.status == 1);
  CHECK(has(said.out, "faulty.toml:"));
  CHECK(has(said.out, "ssh.none"));
  CHECK(has(said.out, "problems"));
}

TEST_CASE("--overlaps prints pairs of rules and nothing else on standard output",
          "[app][commands_rules]") {
  const Stage stage;
  copy_vocabulary(stage);
  CHECK(stage.run(RulesCheck{{}, true}).out.empty());
  app::test::write_file(stage.file("fingerprints/ssh/wide.toml"), R"([[rule]]
id = "ssh.wide"
input = "ssh.banner"
pattern = '^OpenSSH_'
service = "openssh"
trust = 70
source = "test"
[[rule.accept]]
text = 'OpenSSH_for_Windows'
[[rule.reject]]
text = 'dropbear_2022.83'
why = "another product"
)");
  const auto said = stage.run(RulesCheck{{}, true});
  INFO(said.out << said.err);
  CHECK(said.out == "ssh.openssh + ssh.wide ×1\n");
  CHECK(has(said.err, "2 rules"));
}

TEST_CASE("questions are answered line by line in order", "[app][commands_rules]") {
  const Stage stage;
  const auto said =
      identify(stage, R"({"id":1,"input":"ssh.banner","text":"SSH-2.0-OpenSSH_9.2p1"})"
                      "\n\n"
                      R"({"id":"b","input":"ssh.banner","text":"nothing known"})"
                      "\n");
  CHECK(said.status == 0);
  REQUIRE(app::test::lines(said.out) == 2);
  CHECK(has(said.out.substr(0, said.out.find('\n')), R"("id":1)"));
  CHECK(has(said.out, R"("product":"OpenSSH")"));
  CHECK(has(said.out, R"("version":"9.2p1")"));
  const auto second = said.out.substr(said.out.find('\n'));
  CHECK(has(second, R"("id":"b")"));
  CHECK(has(second, R"("product":null)"));
}

TEST_CASE("a line that is no question ends it with its number", "[app][commands_rules]") {
  const Stage stage;
  const auto said =
      identify(stage, R"({"id":1,"input":"ssh.banner","text":"SSH-2.0-OpenSSH_9.2p1"})"
                      "\nnonsense\n");
  CHECK(said.status == 2);
  CHECK(app::test::lines(said.out) == 1);  // what was answered before stands
  CHECK(has(said.err, "standard input:2:"));
}
