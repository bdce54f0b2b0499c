#include "app/rule_diff.h"

#include "unit/app/heard.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Stage;

namespace {

const std::string kSystems = R"([[product]]
id = "debian"
vendor = "Debian"
product = "Debian Linux"
category = "操作系统"
role = "os"
device_class = "服务器"
)";
const std::string kWithSystem = R"([[rule]]
id = "ssh.openssh-debian"
input = "ssh.banner"
pattern = '^OpenSSH_(?P<version>\d+\.\d+p\d+) Debian-\d+(?:\+deb(?P<os_version>\d+))?'
service = "openssh"
os = "debian"
source = "test"
trust = 96
)";

model::Observation banner(const std::string& text) {
  model::Observation seen;
  seen.at = app::test::at("192.0.2.7", 22);
  seen.channel = model::channel::kSsh;
  seen.raw = to_bytes("SSH-2.0-" + text + "\r\n");
  return seen;
}

}  // namespace

TEST_CASE("a host's system and class are compared once for all its services", "[app][rule_diff]") {
  const Stage stage;
  app::test::write_file(stage.file("update/products/test.toml"), app::test::kProducts + kSystems);
  app::test::write_file(stage.file("update/ssh/rules.toml"), app::test::kRules + kWithSystem);
  RuleDiff diff(app::test::rules_of(stage, "fingerprints"), app::test::rules_of(stage, "update"));
  auto other = banner("OpenSSH_9.2p1 Debian-2+deb12");
  other.at.port = 2222;
  const auto changes = diff.compare({{banner("OpenSSH_9.2p1 Debian-2+deb12")}, {other}});
  REQUIRE(changes.size() == 3);
  for (const auto& change : changes) {
    CHECK(change.at.port == 0);
    CHECK(change.before.empty());
    CHECK(change.rule_after == "ssh.openssh-debian");
    CHECK(change.evidence.size() == 64);
  }
  CHECK(changes[0].field == "os");
  CHECK(changes[0].after == "Debian Linux");
  CHECK(changes[1].field == "os_version");
  CHECK(changes[1].after == "12");
  CHECK(changes[2].field == "device_class");
  CHECK(changes[2].after == "服务器");
}

TEST_CASE("nothing heard, nothing changed", "[app][rule_diff]") {
  const Stage stage;
  const auto rules = app::test::rules_of(stage, "fingerprints");
  RuleDiff diff(rules, rules);
  CHECK(diff.compare({}).empty());
  CHECK(diff.compare({{banner("OpenSSH_9.2p1")}}).empty());
}
