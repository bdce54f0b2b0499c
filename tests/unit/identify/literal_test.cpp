#include "identify/literal.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::identify;

namespace {
using Texts = std::vector<std::string>;
}

TEST_CASE("the longest text that no match can do without is found", "[identify][literal]") {
  CHECK(required_literals(R"(^OpenSSH_(?P<version>\d[\w.]*) Debian-(?P<package>\S+)$)") ==
        Texts{"openssh_"});
  CHECK(required_literals(R"((?i)^(?:Welcome to )?Hikvision FTP)") == Texts{"hikvision ftp"});
  CHECK(required_literals(R"(a\.b\-c/\x41\n)") == Texts{"a.b-c/a\n"});
  CHECK(required_literals(R"((?P<model>HP LaserJet \d+))") == Texts{"hp laserjet "});
  CHECK(required_literals("国密网关") == Texts{"国密网关"});
}

TEST_CASE("what is optional or repeated is not counted on", "[identify][literal]") {
  CHECK(required_literals("abcdx?efgh") == Texts{"abcd"});
  CHECK(required_literals("abcdx*efghi") == Texts{"efghi"});
  CHECK(required_literals("abcdx{0,3}efghi") == Texts{"efghi"});
  CHECK(required_literals("abcdx{,3}efghi") == Texts{"efghi"});
  CHECK(required_literals("abcdx+efgh") == Texts{"abcdx"});
  CHECK(required_literals("abcdx{2}efgh") == Texts{"abcdx"});
  CHECK(required_literals("(?:abcdefgh)?wxyz") == Texts{"wxyz"});
  CHECK(required_literals("(?:abcdefgh){0,2}wxyz") == Texts{"wxyz"});
  CHECK(required_literals(R"([abcdef]\d.wxyz[^]xyz12]$)") == Texts{"wxyz"});
  CHECK(required_literals("abc").empty());
}

TEST_CASE("of alternatives each gives a text or there is none", "[identify][literal]") {
  CHECK(required_literals("(?i)Tomcat|Jetty \\d") == Texts{"tomcat", "jetty "});
  CHECK(required_literals("^(?:HUAWEI|Quidway)-") == Texts{"huawei", "quidway"});
  CHECK(required_literals(R"(tomcat|\d+)").empty());
  CHECK(required_literals("tomcat|").empty());
  CHECK(required_literals("(?:tomcat|)x").empty());
}

TEST_CASE("patterns that are not understood give no texts", "[identify][literal]") {
  for (const auto* pattern : {R"(\Qabcd.\E)", R"(\012abcd)", "abcd(?i)efgh", "(?=abcd)efgh",
                              "(?x)ab cd", "(abcd", "abcd)", R"(\p{Lu}abcd)", "abcd[", "abcd{x}"}) {
    INFO(pattern);
    CHECK(required_literals(pattern).empty());
  }
  CHECK(required_literals(std::string(5000, '(') + "abcd" + std::string(5000, ')')).empty());
}

TEST_CASE("a literal as a pattern means its bytes", "[identify][literal]") {
  CHECK(as_expression("a+b 1_\n") == R"(a\x2bb 1_\x0a)");
  CHECK(required_literals(as_expression("Acme+(1)")) == Texts{"acme+(1)"});
}

TEST_CASE("a mark is its own literal, unless one of its texts is short", "[identify][literal]") {
  CHECK(required_literals(Part{"http.body", MatchKind::contains, {"Acme", "国密"}}) ==
        Texts{"acme", "国密"});
  CHECK(required_literals(Part{"http.body", MatchKind::contains, {"Acme", "abc"}}).empty());
}

TEST_CASE("all that a pattern cannot do without is listed", "[identify][literal]") {
  CHECK(requirements(R"(^Software: Windows (?:2000 )?Version 6\.1 \(Build)") ==
        std::vector<Literals>{{"software: windows "}, {"version 6.1 (build"}});
  CHECK(requirements(R"((?:RICOH|Lanier) \d+ Network)") ==
        std::vector<Literals>{{"ricoh", "lanier"}, {" network"}});
}

TEST_CASE("of two requirements the one that few others have is chosen", "[identify][literal]") {
  const auto versalink = requirements(R"(Xerox .{1,9}VersaLink \w+ system version \d)");
  LiteralChooser chooser;
  chooser.add(versalink);
  CHECK(chooser.choose(versalink) == Literals{" system version "});
  for (int i = 0; i < 5; ++i) chooser.add(requirements(R"(\d system version \d)"));
  CHECK(chooser.choose(versalink) == Literals{"versalink "});
  CHECK(chooser.choose({}).empty());
}
