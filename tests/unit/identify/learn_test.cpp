// covers: identify/learn_shape identify/learn_text identify/telling_fields
#include "qingdan/identify/learn.h"

#include <catch2/catch.hpp>

#include "identify/learn_shape.h"
#include "identify/telling_fields.h"
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
  made.rule = made.product.id;
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
  auto proposals = propose_rules(samples, as);
  if (!proposals) FAIL(proposals.error().text);
  for (const auto& proposal : *proposals) {
    INFO(proposal.rules);
    CHECK(checked(proposal).problems.empty());
  }
  return proposals->front();
}

std::string pattern_of(const std::vector<Sample>& samples) {
  return proposed(samples).rule.parts[0].texts[0];
}

}  // namespace

TEST_CASE("a banner becomes a pattern in which what changes may change", "[identify][learn]") {
  const auto proposal = proposed({{{"ftp.banner", "Acme FTP 1.2.3 (srv1) ready"}},
                                  {{"ftp.banner", "Acme FTP 1.4 (srv22) ready"}}});
  CHECK(proposal.file == "ftp/example-thing.toml");
  CHECK(proposal.rule.id == "ftp.example-thing");
  CHECK(proposal.rule.parts[0].texts[0] ==
        R"(^Acme FTP (?P<version>\d+(?:\.\d+)+) \(\S{1,80}\) ready$)");
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
    CHECK_FALSE(propose_rules(samples, label()));
  }
}

TEST_CASE("long values are given by their beginning", "[identify][learn]") {
  const std::string tail(3000, 'x');
  const auto proposal = proposed({{{"telnet_banners", "Acme console one two three " + tail}}});
  CHECK_FALSE(proposal.rule.parts[0].texts[0].ends_with('$'));
}

TEST_CASE("bytes nobody claims arrive with their line end, examples without", "[identify][learn]") {
  const std::string first = "ZHXT-GATE v3.2.0 node=a9f1d6 ready\n";
  const auto proposal = proposed(
      {{{"unknown.stream", first}}, {{"unknown.stream", "ZHXT-GATE v3.4 node=77bc02 ready\r\n"}}});
  CHECK(proposal.rule.id == "stream.example-thing");
  CHECK(proposal.rule.parts[0].texts[0] ==
        R"(^ZHXT-GATE v(?P<version>\d+(?:\.\d+)+) node=\S{1,80} ready\s{0,8}$)");
  CHECK(proposal.rule.accept[0].fields[0].second == first.substr(0, first.size() - 1));
  CHECK(proposal.rule.accept[1].expect.at("service_version") == "3.4");
  CHECK(pattern_of({{{"unknown.stream", "\r\n  Acme Gate ready\r\n"}}}) ==
        R"(^\s{0,8}Acme Gate ready\s{0,8}$)");
}

TEST_CASE("a version follows a name or differs", "[identify][learn]") {
  CHECK(pattern_of({{{"smtp.banner", "AcmeMail_4.2p1 ready"}}}) ==
        R"(^AcmeMail_(?P<version>\d+(?:\.\d+)+)\S{0,80} ready$)");
  CHECK(pattern_of({{{"smtp.banner", "Acme release 4.2-gov ready"}}}) ==
        R"(^Acme release (?P<version>\d+(?:\.\d+)+)-gov ready$)");
  // An address, a day, the version of a protocol, one that is alike everywhere behind no name.
  CHECK(pattern_of({{{"smtp.banner", "Relay 198.51.100.7 ready"}}}) == R"(^Relay \S{1,80} ready$)");
  CHECK(pattern_of({{{"smtp.banner", "Relay 2026.11.29 ready"}}}) == R"(^Relay \S{1,80} ready$)");
  CHECK(pattern_of({{{"smtp.banner", "HTTP/1.1 Relay ready"}}}) ==
        R"(^HTTP/\S{1,80} Relay ready$)");
  CHECK(pattern_of({{{"smtp.banner", "7 1.5 Relay ready"}}}) ==
        R"(^\S{1,80} \S{1,80} Relay ready$)");
  CHECK(pattern_of(
            {{{"smtp.banner", "7 1.5 Relay ready"}}, {{"smtp.banner", "8 1.6 Relay ready"}}}) ==
        R"(^\S{1,80} (?P<version>\d+(?:\.\d+)+) Relay ready$)");
}

TEST_CASE("what tells nothing of a product is not learned", "[identify][learn]") {
  for (const auto* field :
       {"tcp.signature", "eth.oui", "tls.refuses", "tls.accepts", "tls.jarm", "http.status_line",
        "http_header.connection", "http_header.content-type", "http_header.allow",
        "rtsp_header.public", "rtsp_header.cseq", "sip_header.call_id", "ssh.kex", "vnc.version",
        "smtp.ehlo", "x509.san", "http.body", "http_header.date"}) {
    INFO(field);
    CHECK_FALSE(tells_product(field));
    CHECK_FALSE(propose_rules(std::vector<Sample>{{{field, "Acme Gate one"}}}, label()));
  }
  for (const auto* field : {"ssh.banner", "http_header.server", "rtsp_header.server", "html_title",
                            "http_header.x-acme", "unknown.stream", "x509.subject"})
    CHECK(tells_product(field));
  CHECK(tells_looks("rtsp_header.public"));
  CHECK(standing_of("ssh.banner") < standing_of("html_title"));
  CHECK(standing_of("html_title") < standing_of("html_script"));
}

TEST_CASE("bytes that are no text are known by what they all begin with", "[identify][learn]") {
  const auto bytes = [](const std::string& rest) {
    return Sample{{"unknown.stream", std::string("\xA5\x5A\x01\x00GW", 6) + rest}};
  };
  const auto proposal = proposed({bytes("\x11\xF0q"), bytes("\x22\x80 ")});
  CHECK(proposal.rule.parts[0].texts[0] == R"(^\xa5Z\x01\x00GW)");
  CHECK(proposed({bytes("\x01"), bytes("\x01")}).rule.parts[0].texts[0] ==
        R"(^\xa5Z\x01\x00GW\x01)");
  // One service does not show what is constant; others have too little in common.
  CHECK_FALSE(propose_rules(std::vector<Sample>{bytes("\x11\xF0q")}, label()));
  const auto noise = [](const char* text) { return Sample{{"unknown.stream", text}}; };
  CHECK_FALSE(
      propose_rules(std::vector{noise("\x01\xFF\x02kLq"), noise("\x01\xFF\x03Zx")}, label()));
  CHECK_FALSE(propose_rules(
      std::vector{noise("\x01\x01\x01\x01\xF1"), noise("\x01\x01\x01\x01\xF2")}, label()));
}

TEST_CASE("all fields that tell are proposed, for the caller to try", "[identify][learn]") {
  const auto proposals = propose_rules(std::vector<Sample>{{{"html_title", "Acme Console"},
                                                            {"http_header.server", "Acme Gate"},
                                                            {"http_header.vary", "Accept"}}},
                                       label());
  REQUIRE(proposals);
  REQUIRE(proposals->size() == 2);
  CHECK(proposals->at(0).rule.parts[0].input == "html_title");
  CHECK(proposals->at(1).rule.parts[0].input == "http_header.server");
}
