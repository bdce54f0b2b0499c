#include "identify/literal.h"

#include <catch2/catch.hpp>

#include "identify/pattern_needs.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

using Texts = std::vector<std::string>;

std::vector<Literals> held(const std::string& pattern) {
  return needs_of(Part{"ssh.banner", MatchKind::pattern, {pattern}}).texts;
}

// Of what every match holds, the set with the longest texts; none where nothing is held.
Texts longest(const std::string& pattern) {
  Texts best;
  for (const auto& set : held(pattern)) {
    if (best.empty() || set.front().size() > best.front().size()) best = set;
  }
  return best;
}

}  // namespace

TEST_CASE("the texts that no match can do without are found", "[identify][literal]") {
  CHECK(longest(R"(^OpenSSH_(?P<version>\d[\w.]*) Debian-(?P<package>\S+)$)").size() == 10);
  CHECK(longest(R"((?i)^.{1,9}Hikvision FTP)") == Texts{"hikvision ftp"});
  CHECK(longest(R"(a\.b\-c/\x41\n)") == Texts{"a.b-c/a\n"});
  CHECK(longest(R"((?P<model>HP LaserJet \S+))") == Texts{"hp laserjet "});
  CHECK(longest("国密网关") == Texts{"国密网关"});
}

TEST_CASE("what is optional or repeated is not counted on", "[identify][literal]") {
  CHECK(longest("abcdx*efghi") == Texts{"efghi"});
  CHECK(longest("abcdx{0,3}efghi") == Texts{"efghi"});
  CHECK(longest("abcdx+efgh") == Texts{"abcdx"});
  CHECK(longest("abcdx{2}efgh") == Texts{"abcdxxefgh"});
  CHECK(longest("(?:abcdefgh)?wxyz") == Texts{"wxyz", "abcdefghwxyz"});
  CHECK(longest("(?:abcdefgh){0,2}wxyz") == Texts{"wxyz"});
  CHECK(longest(R"([^abcdef]\w.wxyz[^]xyz12]$)") == Texts{"wxyz"});
  CHECK(longest("abc").empty());
}

TEST_CASE("of alternatives each gives a text or there is none", "[identify][literal]") {
  CHECK(longest("(?i)Tomcat|Jetty \\S") == Texts{"jetty ", "tomcat"});
  CHECK(longest("^(?:HUAWEI|Quidway)\\S") == Texts{"huawei", "quidway"});
  CHECK(longest(R"(tomcat|\d+)").empty());
  CHECK(longest("tomcat|").empty());
  CHECK(longest("(?:tomcat|)x").empty());
}

TEST_CASE("patterns that are not understood give no texts", "[identify][literal]") {
  for (const auto* pattern : {R"(\Qabcd.\E)", R"(\012abcd)", "abcd(?i)efgh", "(?=abcd)efgh",
                              "(?x)ab cd", "(abcd", "abcd)", R"(\p{Lu}abcd)", "abcd[", "abcd{x}"}) {
    INFO(pattern);
    CHECK(held(pattern).empty());
  }
  CHECK(held(std::string(5000, '(') + "abcd" + std::string(5000, ')')).empty());
}

TEST_CASE("a literal as a pattern means its bytes", "[identify][literal]") {
  CHECK(as_expression("a+b 1_\n") == R"(a\x2bb 1_\x0a)");
  CHECK(longest(as_expression("Acme+(1)")) == Texts{"acme+(1)"});
}

TEST_CASE("a mark is its own literal, unless one of its texts is short", "[identify][literal]") {
  CHECK(needs_of(Part{"http.body", MatchKind::contains, {"Acme", "国密"}}).texts ==
        std::vector<Literals>{{"acme", "国密"}});
  CHECK(needs_of(Part{"http.body", MatchKind::contains, {"Acme", "abc"}}).texts.empty());
}

TEST_CASE("of two requirements the one that few others have is chosen", "[identify][literal]") {
  const auto versalink = held(R"(Xerox .{1,9}VersaLink \S+ system version \S)");
  LiteralChooser chooser;
  chooser.add(versalink);
  CHECK(chooser.choose(versalink) == Literals{" system version "});
  for (int i = 0; i < 5; ++i) chooser.add(held(R"(\S system version \S)"));
  CHECK(chooser.choose(versalink) == Literals{"versalink "});
  CHECK(chooser.choose({}).empty());
}
