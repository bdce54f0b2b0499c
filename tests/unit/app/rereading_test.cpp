// A census after a rule update: what the rules changed is told from what changed.
#include "app/rereading.h"

#include "qingdan/registry/query.h"
#include "unit/app/heard.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::hear;
using app::test::Stage;
using app::test::take;

namespace {

const std::string kOld = "SSH-2.0-OpenSSH_8.4p1\r\n";
const std::string kNew = "SSH-2.0-OpenSSH_9.2p1\r\n";

std::vector<app::test::Heard> ssh(const std::string& raw) {
  return {{"192.0.2.7", 22, model::channel::kSsh, raw}};
}

// The stage's own rules, changed: another release from now on.
void update_rules(const Stage& stage, const std::string& from, const std::string& to) {
  auto rules = app::test::kRules;
  const auto at = rules.find(from);
  REQUIRE(at != std::string::npos);
  app::test::write_file(stage.file("fingerprints/ssh/rules.toml"),
                        rules.replace(at, from.size(), to));
}

std::vector<std::string> lines(const std::vector<model::Change>& changes) {
  std::vector<std::string> lines;
  for (const auto& change : changes) {
    lines.push_back(std::string(model::to_string(change.type)) + " " + change.before + " → " +
                    change.after + " " + std::string(model::to_string(change.cause)));
  }
  return lines;
}
using Lines = std::vector<std::string>;

// No rule reads an OpenSSH banner any more.
void forget_openssh(const Stage& stage) {
  auto rules = app::test::kRules;
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"ssh.openssh", "ssh.other"},
                                 {"^OpenSSH_(?P", "^OtherSSH_(?P"},
                                 {"'OpenSSH_9.2p1 Debian-2'", "'OtherSSH_9.2p1'"}}) {
    const auto at = rules.find(from);
    REQUIRE(at != std::string::npos);
    rules.replace(at, from.size(), to);
  }
  app::test::write_file(stage.file("fingerprints/ssh/rules.toml"), rules);
}

model::Facts facts_of(const Stage& stage) {
  return take(take(registry::Query::open(stage.path())).find_asset("192.0.2.7"))
      ->services.front()
      .facts;
}

// Reads "9.2" where the stage's rules read "9.2p1".
void read_less(const Stage& stage) { update_rules(stage, R"(\d+\.\d+p\d+)", R"(\d+\.\d+)"); }

}  // namespace

TEST_CASE("the same bytes read otherwise are the rules' doing", "[app][rereading]") {
  Stage stage;
  hear(stage, ssh(kNew));
  read_less(stage);
  // Bytes differ with each answer of many a server; what the rules read in them does not.
  const auto judged = hear(stage, ssh("SSH-2.0-OpenSSH_9.2p1 at noon\r\n"));
  REQUIRE(judged.changes.size() == 1);
  CHECK(judged.changes[0].cause == model::Cause::rules);
}

TEST_CASE("a version that rose in the first census after an update was observed",
          "[app][rereading]") {
  Stage stage;
  hear(stage, ssh(kOld));
  update_rules(stage, "trust = 95", "trust = 94");
  const auto judged = hear(stage, ssh(kNew));
  REQUIRE(judged.changes.size() == 1);
  CHECK(judged.changes[0].cause == model::Cause::observed);
  CHECK(judged.changes[0].before == "OpenSSH 8.4p1");
  CHECK(judged.changes[0].after == "OpenSSH 9.2p1");
}

TEST_CASE("both at once count as observed: the thing did change", "[app][rereading]") {
  Stage stage;
  hear(stage, ssh(kOld));
  read_less(stage);
  const auto judged = hear(stage, ssh(kNew));
  REQUIRE(judged.changes.size() == 1);
  CHECK(judged.changes[0].cause == model::Cause::observed);
}

TEST_CASE("without older bytes the cause stays with the rules", "[app][rereading]") {
  Stage stage;
  auto first = ssh(kOld);
  first.front().kept = false;
  hear(stage, first);
  update_rules(stage, "trust = 95", "trust = 94");
  const auto judged = hear(stage, ssh(kNew));
  REQUIRE(judged.changes.size() == 1);
  CHECK(judged.changes[0].cause == model::Cause::rules);
}

TEST_CASE("a label of a rule that was withdrawn goes at once, by the rules", "[app][rereading]") {
  for (const bool kept : {true, false}) {
    Stage stage;
    auto first = ssh(kNew);
    first.front().kept = kept;
    hear(stage, first);
    CHECK_FALSE(facts_of(stage).contains("service.digest"));
    forget_openssh(stage);
    CHECK(lines(hear(stage, ssh(kNew)).changes) == Lines{"组件变化 OpenSSH 9.2p1 →  指纹库更新"});
    CHECK_FALSE(facts_of(stage).contains("service.product"));
    CHECK(facts_of(stage).contains("service.digest"));
    CHECK(lines(hear(stage, ssh(kNew)).changes) == Lines{});
  }
}

TEST_CASE("a rule that comes names what was there, by the rules", "[app][rereading]") {
  Stage stage;
  forget_openssh(stage);
  hear(stage, ssh(kNew));
  app::test::write_file(stage.file("fingerprints/ssh/rules.toml"), app::test::kRules);
  SECTION("where the bytes of before say it too") {
    CHECK(lines(hear(stage, ssh(kNew)).changes) == Lines{"组件变化  → OpenSSH 9.2p1 指纹库更新"});
  }
  SECTION("a thing that came with the rules is a first reading like any other") {
    Stage other;
    hear(other, ssh("SSH-2.0-Foreign\r\n"));
    update_rules(other, "trust = 95", "trust = 94");
    CHECK(lines(hear(other, ssh(kNew)).changes) == Lines{});
  }
}

TEST_CASE("a thing replaced together with the rules keeps its label for three runs",
          "[app][rereading]") {
  Stage stage;
  hear(stage, ssh(kNew));
  update_rules(stage, "trust = 95", "trust = 94");
  const auto other = ssh("SSH-2.0-Foreign\r\n");
  CHECK(lines(hear(stage, other).changes) == Lines{});
  CHECK(facts_of(stage).at("service.product").state == model::FactState::conflict);
  CHECK(lines(hear(stage, other).changes) == Lines{});
  CHECK(lines(hear(stage, other).changes) == Lines{"组件变化 OpenSSH 9.2p1 →  实测"});
  CHECK(facts_of(stage).contains("service.digest"));
}
