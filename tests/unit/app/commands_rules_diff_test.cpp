#include "app/commands.h"
#include "unit/app/heard.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::hear;
using app::test::lines;
using app::test::Stage;

namespace {

// The stage's rules, with the rule's text changed.
void write_update(const Stage& stage, const std::string& from, const std::string& to) {
  auto rules = app::test::kRules;
  for (auto at = rules.find(from); at != std::string::npos; at = rules.find(from, at + to.size()))
    rules.replace(at, from.size(), to);
  app::test::write_file(stage.file("update/products/test.toml"), app::test::kProducts);
  app::test::write_file(stage.file("update/ssh/rules.toml"), rules);
}

app::test::Said diff(const Stage& stage) {
  return stage.run(RulesDiff{stage.file("fingerprints"), stage.file("update")});
}

}  // namespace

TEST_CASE("the same rules under another comment change no label", "[app][commands_rules_diff]") {
  Stage stage;
  hear(stage, {{"192.0.2.7", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"}});
  write_update(stage, "[[rule]]", "# reviewed\n[[rule]]");
  const auto said = diff(stage);
  CHECK(said.status == 0);
  CHECK(said.out.empty());
  CHECK(has(said.err, "1 services judged again, 0 without stored evidence; 0 labels of 0 assets"));
}

TEST_CASE("a rule that reads more changes the labels of the assets that say so",
          "[app][commands_rules_diff]") {
  Stage stage;
  hear(stage, {{"192.0.2.7", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"},
               {"192.0.2.8", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_8.4\r\n"}});
  write_update(stage, R"(\d+\.\d+p\d+)", R"(\d+\.\d+)");
  const auto said = diff(stage);
  CHECK(said.status == 1);
  CHECK(lines(said.out) == 3);
  CHECK(has(said.out,
            R"("field":"version","before":"9.2p1","after":"9.2","rule_before":"ssh.openssh")"));
  CHECK(has(said.out, R"("field":"product","before":null,"after":"OpenSSH")"));
  CHECK(has(said.out, R"("field":"version","before":null,"after":"8.4")"));
  CHECK(has(said.err, "3 labels of 2 assets would change"));
}

TEST_CASE("only the newest bytes of a service are judged", "[app][commands_rules_diff]") {
  Stage stage;
  hear(stage, {{"192.0.2.7", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_8.4p1\r\n"}});
  hear(stage, {{"192.0.2.7", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_9.2p1\r\n"}});
  write_update(stage, "OpenSSH_(?P", "OpenSSH_[89]\\.\\dp(?P");
  write_update(stage, R"((?P<version>\d+\.\d+p\d+))", R"(\d+\.\d+p(?P<version>\d+))");
  const auto said = diff(stage);
  CHECK(lines(said.out) == 1);
  CHECK(has(said.out, R"("before":"9.2p1","after":"1")"));
}

TEST_CASE("a service without bytes is counted, not guessed", "[app][commands_rules_diff]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});  // findings without observations
  write_update(stage, "OpenSSH_", "OpenSSH-");
  const auto said = diff(stage);
  CHECK(said.status == 0);
  CHECK(has(said.err, "0 services judged again, 1 without stored evidence"));
}

TEST_CASE("a rule base that is none is refused", "[app][commands_rules_diff]") {
  Stage stage;
  hear(stage, {{"192.0.2.7", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_9.2p1\r\n"}});
  const auto said = stage.run(RulesDiff{stage.file("fingerprints"), stage.file("nowhere")});
  CHECK(said.status >= 2);
  CHECK(has(said.err, "nowhere"));
}
