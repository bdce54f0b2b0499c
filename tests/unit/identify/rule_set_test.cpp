#include "qingdan/identify/rule_set.h"

#include <algorithm>

#include "unit/identify/rule_directory.h"

using namespace qingdan::identify;
using test::RuleDirectory;

namespace {
bool complains(const RuleSet& set, std::string_view text) {
  return std::any_of(set.problems.begin(), set.problems.end(),
                     [&](const RuleProblem& p) { return p.text.find(text) != std::string::npos; });
}
std::string rule(const std::string& id) {
  return "[[rule]]\nid = \"" + id +
         "\"\ninput = \"ssh.banner\"\ncontains = [\"abc\"]\nprotocol = \"ssh\"\n";
}
}  // namespace

TEST_CASE("rules, products, release and retired ids are found in their files",
          "[identify][rule_set]") {
  RuleDirectory dir;
  dir.write("RELEASE", "2026.11\n");
  dir.write("retired.txt", "# ids\nssh.gone was wrong\n");
  dir.write("ssh/a.toml", rule("ssh.a"));
  dir.write("products/p.toml", "[[product]]\nid = \"x\"\nvendor = \"X\"\nproduct = \"X\"\n");
  dir.write("README.md", "not a rule");
  const auto texts = open_rule_texts({dir.path()});
  REQUIRE(texts);
  CHECK(texts->version == "2026.11");
  CHECK(texts->files.size() == 2);
  CHECK(texts->retired.at("ssh.gone") == "was wrong");
  const auto set = parse_rule_texts(*texts);
  CHECK(set.problems.empty());
  CHECK(set.rules.size() == 1);
  CHECK(set.products.size() == 1);
}

TEST_CASE("any change of a rule file changes the digest", "[identify][rule_set]") {
  RuleDirectory dir;
  dir.write("ssh/a.toml", rule("ssh.a"));
  const auto before = open_rule_texts({dir.path()})->digest;
  CHECK(open_rule_texts({dir.path()})->digest == before);
  dir.write("ssh/a.toml", rule("ssh.b"));
  CHECK(open_rule_texts({dir.path()})->digest != before);
}

TEST_CASE("ids are unique, in their directory, well spelled and never reused",
          "[identify][rule_set]") {
  RuleDirectory dir;
  dir.write("retired.txt", "ssh.old gone\n");
  dir.write("ssh/a.toml",
            rule("ssh.a") + rule("ssh.a") + rule("http.b") + rule("ssh.Bad_Id") + rule("ssh.old"));
  const auto set = parse_rule_texts(*open_rule_texts({dir.path()}));
  CHECK(complains(set, "stands already at"));
  CHECK(complains(set, "must begin with \"ssh.\""));
  CHECK(complains(set, "a-z, 0-9 and -"));
  CHECK(complains(set, "is retired (gone)"));
}

TEST_CASE("a directory that is not there is an error with its name", "[identify][rule_set]") {
  const auto texts = open_rule_texts({"/nonexistent/rules"});
  REQUIRE_FALSE(texts);
  CHECK(texts.error().code == qingdan::ErrorCode::io);
  CHECK(texts.error().text.find("/nonexistent/rules") != std::string::npos);
}

TEST_CASE("the same rules in another place are the same release", "[identify][rule_set]") {
  RuleDirectory here, there;
  for (const auto* dir : {&here, &there}) {
    dir->write("http/a.toml", "[[rule]]\nid = \"http.a\"\n");
    dir->write("RELEASE", "2026.11\n");
  }
  CHECK(open_rule_texts({here.path()})->digest == open_rule_texts({there.path()})->digest);
  there.write("http/b.toml", "");
  CHECK(open_rule_texts({here.path()})->digest != open_rule_texts({there.path()})->digest);
}
