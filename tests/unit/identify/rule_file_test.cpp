#include "qingdan/identify/rule_file.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace qingdan::identify;

namespace {
bool complains(const std::vector<RuleProblem>& problems, std::string_view text, int line = 0) {
  return std::any_of(problems.begin(), problems.end(), [&](const RuleProblem& p) {
    return p.text.find(text) != std::string::npos && (line == 0 || p.line == line);
  });
}
RuleFile parse(std::string_view text) { return parse_rule_file(text, "ssh/banner.toml"); }
}  // namespace

TEST_CASE("a rule is read with its defaults, captures and examples", "[identify][rule_file]") {
  const auto file = parse(R"(
[defaults]
input = "ssh.banner"
protocol = "ssh"
trust = 70
source = "a device"

[[rule]]
id = "ssh.openssh"
pattern = '^OpenSSH_(?P<version>\S+) Debian-(?P<package>\S+deb(?P<os_version>\d+)\S*)'
service = "openssh"
os = "debian"
accept = [{ text = 'x', expect = { service_version = "9" } }, 'y']
reject = [{ hex = '4f', why = "short" }]
)");
  REQUIRE(file.problems.empty());
  REQUIRE(file.rules.size() == 1);
  const auto& rule = file.rules[0];
  CHECK(rule.parts == std::vector<Part>{{"ssh.banner", MatchKind::pattern, rule.parts[0].texts}});
  CHECK(rule.trust == 70);
  CHECK(rule.protocol == "ssh");
  CHECK(rule.source == "a device");
  CHECK(rule.place == Place{"ssh/banner.toml", 8});
  CHECK(rule.service.version.text() == "{version}");
  CHECK(rule.os.version.text() == "{os_version}");
  CHECK(rule.package.text() == "{package}");
  REQUIRE(rule.accept.size() == 2);
  CHECK(rule.accept[0].expect.at("service_version") == "9");
  CHECK(rule.accept[1].fields[0] == std::pair<std::string, std::string>{"ssh.banner", "y"});
  CHECK(rule.reject[0].fields[0].second == "O");
  CHECK(rule.reject[0].why == "short");
}

TEST_CASE("version and model fill the claim that is there", "[identify][rule_file]") {
  const auto file = parse(R"(
[[rule]]
id = "ssh.a"
input = "ssh.banner"
pattern = '(?P<version>\d+) (?P<model>\w+)'
os = "debian"
[[rule]]
id = "ssh.b"
input = "ssh.banner"
pattern = '(?P<version>\d+) (?P<model>\w+)'
service = "x"
hw = "y"
hw_version = "5"
)");
  CHECK(file.rules[0].os.version.text() == "{version}");
  CHECK(file.rules[0].os.model.text() == "{model}");
  CHECK(file.rules[1].service.version.text() == "{version}");
  CHECK(file.rules[1].hw.model.text() == "{model}");
  CHECK(file.rules[1].hw.version.text() == "5");
}

TEST_CASE("a conjunction reads several fields", "[identify][rule_file]") {
  const auto file = parse(R"(
[[rule]]
id = "ssh.a"
all = [{ input = "html_title", equals = ["a"] }, { input = "http.body", contains = ["b", "c"] }]
service = "x"
accept = [{ fields = { html_title = "a", "http.body" = "b" } }]
)");
  CHECK(file.problems.empty());
  REQUIRE(file.rules[0].parts.size() == 2);
  CHECK(file.rules[0].parts[1].texts == std::vector<std::string>{"b", "c"});
  CHECK(file.rules[0].accept[0].fields.size() == 2);
}

TEST_CASE("mistakes are told with their line, and the rest is read", "[identify][rule_file]") {
  const auto file = parse(R"(
[[rule]]
id = "ssh.a"
input = "ssh.banner"
patern = 'x'
service = "x"
[[rule]]
id = "ssh.b"
input = "ssh.banner"
pattern = 'x'
contains = ["x"]
trust = "high"
precision = "roughly"
hw_version = "{v"
[[rule]]
id = "ssh.c"
input = "ssh.banner"
contains = ["x"]
hw_version = "1"
accept = [{ expect = { service_version = "1" } }, { text = "a", hex = "41" }, { hex = "4" }]
)");
  CHECK(file.rules.size() == 3);
  CHECK(complains(file.problems, "unknown key \"patern\"", 5));
  CHECK(complains(file.problems, "exactly one of pattern", 2));
  CHECK(complains(file.problems, "exactly one of pattern", 7));
  CHECK(complains(file.problems, "trust must be a whole number", 12));
  CHECK(complains(file.problems, "precision must be"));
  CHECK(complains(file.problems, "braces"));
  CHECK(complains(file.problems, "hw is missing"));
  CHECK(complains(file.problems, "exactly one of text, hex, b64, fields"));
}

TEST_CASE("text that is not TOML is told with its line", "[identify][rule_file]") {
  const auto file = parse("[[rule]]\nid = \n");
  REQUIRE(file.problems.size() == 1);
  CHECK(file.problems[0].line == 2);
  CHECK(complains(file.problems, "not TOML"));
  CHECK(complains(parse("[[rules]]\nid = 'x'\n").problems, "unknown key \"rules\""));
}

TEST_CASE("a product is read with what its role implies", "[identify][rule_file]") {
  const auto file = parse_product_file(R"(
[[product]]
id = "camera"
vendor = "Example"
product = "Camera"
category = "视频监控"
role = "hardware"
[[product]]
id = "x"
rolle = "os"
role = "thing"
)",
                                       "products/a.toml");
  CHECK(file.products[0].role == Role::hardware);
  CHECK(file.products[0].cpe_part == "h");
  CHECK(complains(file.problems, "unknown key \"rolle\"", 10));
  CHECK(complains(file.problems, "role must be"));
}
