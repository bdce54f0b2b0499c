#include "identify/example_check.h"

#include <algorithm>

#include "unit/identify/small_base.h"

using namespace qingdan::identify;

namespace {
CheckReport run(const std::string& rules) {
  CheckReport report;
  check_examples(test::make_set(rules), "", report);
  return report;
}
bool complains(const CheckReport& report, std::string_view text) {
  for (const auto& p : report.problems) UNSCOPED_INFO(p.line << ": " << p.text);
  return std::any_of(report.problems.begin(), report.problems.end(),
                     [&](const RuleProblem& p) { return p.text.find(text) != std::string::npos; });
}
std::string rule(const std::string& name, const std::string& rest) {
  return "[[rule]]\nid = \"test." + name + "\"\ninput = \"http_header.server\"\n" + rest + "\n";
}
const std::string kPattern = "pattern = '^nginx/(?P<version>[0-9.]+)'\nservice = \"nginx\"\n";
const std::string kReject = "reject = [{ text = 'x', why = 'y' }]\n";
}  // namespace

TEST_CASE("values must be those that are expected, all of them and no more",
          "[identify][example_check]") {
  CHECK_FALSE(complains(
      run(rule("a", kPattern + kReject +
                        "accept = [{ text = 'nginx/1.2', expect = { service_version = '1.2' } }]")),
      ""));
  CHECK(complains(run(rule("a", kPattern + kReject + "accept = ['nginx/1.2']")),
                  "claimed but not in expect"));
  CHECK(complains(
      run(rule("a", kPattern + kReject +
                        "accept = [{ text = 'nginx/1.2', expect = { service_version = '1.3' } }]")),
      "not \"1.3\""));
  CHECK(complains(run(rule("a", kPattern + kReject +
                                    "accept = [{ text = 'nginx/1.2', expect = { service_version = "
                                    "'1.2', os_version = '1' } }]")),
                  "expected but not claimed"));
}

TEST_CASE("an example must be there, match, and be rejected where it says so",
          "[identify][example_check]") {
  CHECK(complains(run(rule("a", kPattern)), "has no accept"));
  CHECK(complains(run(rule("a", kPattern)), "has no reject"));
  CHECK(complains(run(rule("a", kPattern + kReject + "accept = ['apache']")), "does not match"));
  CHECK(complains(run(rule("a", kPattern + "reject = [{ text = 'nginx/1', why = 'y' }]")),
                  "reject example matches"));
  CHECK(complains(run(rule("a", kPattern + "reject = ['x']")), "does not say why"));
}

TEST_CASE("a pattern that backtracks without bound is told of, with or without captures",
          "[identify][example_check]") {
  for (const std::string pattern : {"(?:a+)+b", "(?P<version>(?:a+)+)b"}) {
    INFO(pattern);
    const auto problems = run(rule(
        "a", "pattern = '" + pattern + "'\nservice = \"nginx\"\n" + kReject + "accept = ['ab']"));
    CHECK(complains(problems, "match limit on long input (\"a\" repeated)"));
  }
}

TEST_CASE("an example must be won by its own rule", "[identify][example_check]") {
  const std::string accept = "accept = ['abcdef']\n" + kReject;
  const auto lost = run(rule("a", "contains = [\"abc\"]\nservice = \"nginx\"\n" + accept) +
                        rule("b", "contains = [\"abcdef\"]\nservice = \"tomcat\"\n" + accept));
  CHECK(complains(lost, "nginx: loses to test.b"));
  const auto tie = run(rule("a", "contains = [\"abc\"]\nservice = \"nginx\"\n" + accept) +
                       rule("b", "contains = [\"def\"]\nservice = \"tomcat\"\n" + accept));
  CHECK(complains(tie, "nginx: ties with test.b"));
  const auto beaten = run(
      rule("a", "contains = [\"abc\"]\nservice = \"php\"\n" + accept) +
      rule("b", "contains = [\"def\"]\nservice = \"openssl\"\nbeats = [\"test.a\"]\n" + accept));
  CHECK(complains(beaten, "loses to test.b, which beats it"));
  CHECK(lost.overlaps == std::vector<std::string>{"test.a + test.b ×1", "test.b + test.a ×1"});
}

TEST_CASE("different roles do not fight over an example", "[identify][example_check]") {
  const std::string accept = "accept = ['nginx PHP']\n" + kReject;
  CHECK_FALSE(complains(run(rule("a", "contains = [\"nginx\"]\nservice = \"nginx\"\n" + accept) +
                            rule("b", "contains = [\"PHP\"]\nservice = \"php\"\n" + accept)),
                        ""));
}

TEST_CASE("only documentation addresses and names stand in examples", "[identify][example_check]") {
  const std::string reads = "contains = [\"nginx\"]\nservice = \"nginx\"\n";
  CHECK(complains(run(rule("a", reads + kReject + "accept = ['nginx at 10.1.2.3']")),
                  "10.1.2.3 is no documentation address"));
  CHECK(complains(run(rule("a", reads + kReject + "accept = ['nginx (203.1.2.3)']")), "203.1.2.3"));
  for (const auto* text :
       {"nginx at 192.0.2.7", "nginx/10.1.2.3", "nginx 1.3.6.1.4.1.9", "nginx 127.0.0.1"}) {
    INFO(text);
    CHECK_FALSE(complains(run(rule("a", reads + kReject + "accept = ['" + text + "']")), ""));
  }
  const std::string names =
      "pattern = '^(?P<host_name>\\S+) nginx'\nservice = \"nginx\"\n" + kReject;
  CHECK(complains(run(rule("a", names + "accept = [{ text = 'www.city.gov.cn nginx', expect = { "
                                        "host_name = 'www.city.gov.cn' } }]")),
                  "no documentation name"));
  CHECK_FALSE(complains(run(rule("a", names + "accept = [{ text = 'mx.example.com nginx', expect = "
                                              "{ host_name = 'mx.example.com' } }]")),
                        ""));
}

TEST_CASE("patterns that long input slows down are told", "[identify][example_check]") {
  CHECK(complains(
      run(rule("a",
               "pattern = '(?P<version>(?:\\w+\\s?)+)!'\nservice = \"nginx\"\n" + kReject +
                   "accept = [{ text = 'nginx 1!', expect = { service_version = 'nginx 1' } }]")),
      "match limit"));
}

TEST_CASE("long examples and fields that are not read are told", "[identify][example_check]") {
  CHECK(
      complains(run(rule("a", kPattern + kReject + "accept = [{ fields = { html_title = 'x' } }]")),
                "which the rule does not read"));
  CHECK(complains(run(rule("a", "contains = [\"nginx\"]\nservice = \"nginx\"\n" + kReject +
                                    "accept = ['nginx" + std::string(5000, 'x') + "']")),
                  "longer than 4 KiB"));
}
