// A census after a rule update: what the rules changed is told from what changed.
#include "app/rereading.h"

#include "unit/app/heard.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::hear;
using app::test::Stage;

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
