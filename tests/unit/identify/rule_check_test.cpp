#include "qingdan/identify/rule_check.h"

#include <algorithm>

#include "unit/identify/rule_directory.h"
#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::RuleDirectory;

namespace {
const std::filesystem::path kVocabulary =
    std::filesystem::path(QINGDAN_SOURCE_DIR) / "schema/vocabulary";

CheckReport check(const std::string& rules, const std::string& products = test::kProducts) {
  RuleDirectory dir;
  dir.write("products/p.toml", products);
  dir.write("http/a.toml", rules);
  auto report = check_rules({dir.path()}, kVocabulary);
  REQUIRE(report);
  return *report;
}
bool complains(const CheckReport& report, std::string_view text) {
  for (const auto& p : report.problems) UNSCOPED_INFO(p.line << ": " << p.text);
  return std::any_of(report.problems.begin(), report.problems.end(),
                     [&](const RuleProblem& p) { return p.text.find(text) != std::string::npos; });
}
std::string rule(const std::string& rest) {
  return "[[rule]]\nid = \"http.a\"\nsource = \"test\"\naccept = ['nginx-x']\nreject = [{ text = "
         "'apache', why = 'other' }]\n" +
         rest + "\n";
}
const std::string kGood =
    "input = \"http_header.server\"\ncontains = [\"nginx\"]\nservice = \"nginx\"";
}  // namespace

TEST_CASE("a sound rule has no problems", "[identify][rule_check]") {
  const auto report = check(rule(kGood));
  CHECK_FALSE(complains(report, ""));
  CHECK(report.rules == 1);
  CHECK(report.examples == 2);
}

TEST_CASE("words outside the closed lists are refused", "[identify][rule_check]") {
  CHECK(
      complains(check(rule("input = \"http.servr\"\ncontains = [\"nginx\"]\nservice = \"nginx\"")),
                "input \"http.servr\""));
  CHECK(complains(
      check(rule("input = \"http_header.Server\"\ncontains = [\"nginx\"]\nservice = \"nginx\"")),
      "http_header.Server"));
  CHECK_FALSE(complains(
      check(rule("input = \"http_header.x-any\"\ncontains = [\"nginx\"]\nservice = \"nginx\"")),
      ""));
  CHECK(complains(check(rule(kGood + "\ndevice_class = \"盒子\"")), "device_class.txt"));
  CHECK(complains(
      check(rule(kGood),
            test::kProducts +
                "[[product]]\nid = \"q\"\nvendor = \"Q\"\nproduct = \"Q\"\ncategory = \"什么\"\n"),
      "category.txt"));
  CHECK(complains(check(rule(kGood + "\nprotocol = \"HTTP\"")), "IANA"));
}

TEST_CASE("products must exist and have the role they are used in", "[identify][rule_check]") {
  const std::string reads = "input = \"http_header.server\"\ncontains = [\"nginx\"]\n";
  CHECK(complains(check(rule(reads + "service = \"nginks\"")), "no product \"nginks\""));
  CHECK(complains(check(rule(reads + "service = \"debian\"")), "say it under os or hw"));
  CHECK(complains(check(rule(reads + "os = \"nginx\"")), "not the role os"));
  CHECK(complains(check(rule(reads + "hw = \"nginx\"")), "not the role hardware"));
  CHECK(complains(check(rule(reads + "also = [\"nothing 1\"]")), "no product \"nothing\""));
  CHECK(complains(check(rule(reads)), "says nothing"));
  const std::string stack = "input = \"eth.oui\"\ncontains = [\"nginx\"]\n";
  CHECK(complains(check(rule(stack + "os = \"debian\"\nservice = \"nginx\"")), "own stack"));
  CHECK_FALSE(complains(check(rule(stack + "os = \"debian\"")), "own stack"));
  CHECK(complains(check(rule(kGood),
                        test::kProducts +
                            "[[product]]\nid = \"q\"\nvendor = \"Q\"\nproduct = \"Q\"\ncategory = "
                            "\"其他\"\nos = \"nginx\"\ncpe = \"q\"\npart = \"x\"\nis_a = \"zz\"\n"),
                  "os: nginx has not the role os"));
}

TEST_CASE("patterns that an engine refuses, and classes of wide characters, are told",
          "[identify][rule_check]") {
  const std::string tail = "\nservice = \"nginx\"\ninput = \"http_header.server\"";
  CHECK(complains(check(rule("pattern = '(?=n)nginx'" + tail)), "pattern: vectorscan"));
  CHECK(complains(check(rule("pattern = 'n*'" + tail)), "empty text"));
  CHECK(complains(check(rule("pattern = 'nginx[中文]*'" + tail)), "single bytes"));
  CHECK(complains(check(rule("contains = [\"ng\"]" + tail)), "too short"));
  CHECK(
      complains(check(rule("pattern = '(?P<a>n)(?P<a>g)'" + tail)), "the capture a stands twice"));
}

TEST_CASE("templates must read captures that are there", "[identify][rule_check]") {
  CHECK(complains(check(rule(kGood + "\nservice_version = \"{v}\"")), "there is no capture v"));
  CHECK(complains(check(rule(kGood + "\nmap = { v = { a = \"b\" } }")),
                  "map: there is no capture v"));
}

TEST_CASE("trust, source and beaten rules are looked at", "[identify][rule_check]") {
  CHECK(complains(check(rule(kGood + "\ntrust = 101")), "1 to 100"));
  CHECK(complains(check(rule(kGood + "\nbeats = [\"http.none\"]")), "no rule \"http.none\""));
  CHECK(complains(check("[[rule]]\nid = \"http.a\"\n" + kGood + "\n"), "source is missing"));
}

TEST_CASE("the words must be there", "[identify][rule_check]") {
  RuleDirectory dir;
  CHECK_FALSE(check_rules({dir.path()}, dir.path()));
  CHECK_FALSE(check_rules({"/nonexistent"}, kVocabulary));
}

TEST_CASE("the shipped rules are sound", "[identify][rule_check][shipped]") {
  const auto report =
      check_rules({std::filesystem::path(QINGDAN_SOURCE_DIR) / "fingerprints"}, kVocabulary);
  REQUIRE(report);
  for (const auto& p : report->problems) {
    UNSCOPED_INFO(p.file << ":" << p.line << ": " << p.rule << ": " << p.text);
  }
  CHECK(report->problems.empty());
  CHECK(report->rules > 0);
}

TEST_CASE("own rules that take examples from shipped ones are told, not blamed",
          "[identify][rule_check]") {
  RuleDirectory shipped, own;
  shipped.write("products/p.toml", test::kProducts);
  shipped.write("http/a.toml", rule(kGood));
  own.write("http/own.toml",
            "[[rule]]\nid = \"http.own\"\nsource = \"test\"\ninput = \"http_header.server\"\n"
            "pattern = '^nginx-[xy]$'\nservice = \"tomcat\"\naccept = ['nginx-y']\n"
            "reject = [{ text = 'nginx', why = 'other' }]\n");
  const auto report = check_rules({shipped.path(), own.path()}, kVocabulary);
  REQUIRE(report);
  CHECK_FALSE(complains(*report, ""));
  CHECK(report->shadows == std::vector<std::string>{"http.own takes from http.a ×2"});

  // The other way round it is a fault of the own rule: its example is not won.
  const auto swapped = check_rules({own.path(), shipped.path()}, kVocabulary);
  REQUIRE(swapped);
  CHECK(complains(*swapped, "loses to http.own"));
  CHECK(swapped->shadows.empty());
}
