// covers: identify/learn_text
#include "qingdan/identify/learn.h"

#include <catch2/catch.hpp>

#include "identify/learn_text.h"
#include "qingdan/identify/rule_check.h"
#include "unit/identify/rule_directory.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::RuleDirectory;

namespace {

using Sample = std::vector<FieldValue>;

Label label(Role role = Role::server) {
  Label made;
  made.is_new = true;
  made.product.id = "example-thing";
  made.product.vendor = "Example";
  made.product.product = "Thing";
  made.product.category = "业务应用";
  made.product.role = role;
  made.source = "test";
  return made;
}

// The proposal as files, through the self-test of rule bases.
CheckReport checked(const Proposal& proposal) {
  RuleDirectory dir;
  dir.write(proposal.product_file, proposal.products);
  dir.write(proposal.file, proposal.rules);
  auto report =
      check_rules({dir.path()}, std::filesystem::path(QINGDAN_SOURCE_DIR) / "schema/vocabulary");
  REQUIRE(report);
  for (const auto& p : report->problems) UNSCOPED_INFO(p.text);
  return *report;
}

Proposal proposed(const std::vector<Sample>& samples, const Label& as = label()) {
  auto proposal = propose_rule(samples, as);
  if (!proposal) FAIL(proposal.error().text);
  INFO(proposal->rules);
  CHECK(checked(*proposal).problems.empty());
  return *proposal;
}

}  // namespace

TEST_CASE("a banner becomes a pattern in which what changes may change", "[identify][learn]") {
  const auto proposal = proposed({{{"ftp.banner", "Acme FTP 1.2.3 (srv1) ready"}},
                                  {{"ftp.banner", "Acme FTP 1.4 (srv22) ready"}}});
  CHECK(proposal.file == "ftp/example-thing.toml");
  CHECK(proposal.rule.id == "ftp.example-thing");
  CHECK(proposal.rule.parts[0].texts[0] ==
        R"(^Acme FTP (?P<version>\d[\w.:-]{0,40}) \(\S{1,80}\) ready$)");
  REQUIRE(proposal.rule.accept.size() == 2);
  CHECK(proposal.rule.accept[1].expect.at("service_version") == "1.4");
}

TEST_CASE("a title without numbers is given whole, a hash too", "[identify][learn]") {
  const auto page = proposed({{{"http.status", "200"}, {"html_title", "示例单位办公平台"}},
                              {{"http.status", "200"}, {"html_title", "示例单位办公平台"}}});
  CHECK(page.rule.parts[0].kind == MatchKind::equals);
  CHECK(page.file == "http/example-thing.toml");
  const auto icon = proposed({{{"favicon.mmh3", "-1203921029"}}});
  CHECK(icon.rule.parts[0].texts[0] == "-1203921029");
}

TEST_CASE("the best field that all have is taken", "[identify][learn]") {
  const auto proposal = proposed({{{"http_header.server", "Acme"}, {"html_title", "Acme Console"}},
                                  {{"http_header.server", "Acme"}, {"x509.subject", "CN=x"}}});
  CHECK(proposal.rule.parts[0].input == "http_header.server");
}

TEST_CASE("bytes that are no text, quotes and line ends stand in TOML", "[identify][learn]") {
  (void)proposed({{{"unknown.stream", std::string("\x01\xffGreetings\0'\"\\\n1.5", 17)}}});
  (void)proposed({{{"smtp.banner", "Bob's \"Mail\" [relay] {x}\n2 * (3+4)? $5 ^|"}}});
}

TEST_CASE("a system's rule claims the system", "[identify][learn]") {
  const auto proposal =
      proposed({{{"snmp.sys_description", "AcmeOS Version 7.1.2 on box9"}}}, label(Role::os));
  CHECK(proposal.rule.os.product == "example-thing");
  CHECK(proposal.rule.accept[0].expect.at("os_version") == "7.1.2");
}

TEST_CASE("no address or name of a real network gets into an example (N2)", "[identify][learn]") {
  const auto proposal =
      proposed({{{"smtp.banner", "mx1.moc.gov.cn Acme Mail at 10.98.3.7:25 ready"}}});
  CHECK(proposal.rules.find("10.98") == std::string::npos);
  CHECK(proposal.rules.find("moc.gov") == std::string::npos);
  CHECK(without_names("a 10.1.2.3, b.c.example.cn:80") == "a 192.0.2.1, host.example.test:80");
}

TEST_CASE("where nothing tells them, nothing is proposed", "[identify][learn]") {
  for (const auto& samples : std::vector<std::vector<Sample>>{
           {{}},
           {{{"http.status", "200"}, {"http_header.date", "Sun, 29 Nov 2026 02:00:00 GMT"}}},
           {{{"ftp.banner", "Acme FTP"}}, {{"smtp.banner", "Acme FTP"}}},
           {{{"ftp.banner", "Acme FTP"}}, {{"ftp.banner", "Other Thing here"}}},
           {{{"ftp.banner", "1.2.3 4"}}}}) {
    CHECK_FALSE(propose_rule(samples, label()));
  }
}

TEST_CASE("long values are given by their beginning", "[identify][learn]") {
  const std::string tail(3000, 'x');
  const auto proposal = proposed({{{"telnet_banners", "Acme console one two three " + tail}}});
  CHECK_FALSE(proposal.rule.parts[0].texts[0].ends_with('$'));
}
