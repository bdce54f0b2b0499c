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

TEST_CASE("literals are found wherever they stand, each group once", "[identify][literal]") {
  const LiteralIndex index({{"abcd", 1}, {"openssh_", 2}, {"bcde", 3}, {"ssh_9.2p1 debian", 4}});
  const auto groups_in = [&](std::string_view folded) {
    std::vector<std::uint32_t> groups;
    CHECK(index.find(folded, 10, groups));
    return groups;
  };
  using Groups = std::vector<std::uint32_t>;
  CHECK(groups_in("abcd") == Groups{1});
  CHECK(groups_in("xabcdexabcde") == Groups{1, 3});
  CHECK(groups_in("openssh_9.2p1 debian-2") == Groups{2, 4});
  CHECK(groups_in("openssh").empty());
  CHECK(groups_in("").empty());
  std::vector<std::uint32_t> groups;
  CHECK_FALSE(index.find("abcde openssh_", 2, groups));
  CHECK(LiteralIndex().empty());
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

TEST_CASE("an index is read back as it was written, and nothing else is", "[identify][literal]") {
  const LiteralIndex index({{"abcd", 1}, {"abcd", 2}, {"openssh_9", 3}, {"bcdefghi", 0}});
  ByteWriter out;
  index.save(out);
  const Bytes bytes = std::move(out).take();
  const auto load = [](BytesView stored, std::size_t groups) {
    ByteReader in(stored);
    return LiteralIndex::load(in, groups);
  };
  const auto again = load(bytes, 4);
  REQUIRE(again);
  for (const std::string_view text : {"xabcd", "openssh_9.2", "abcdefghi", "nothing"}) {
    std::vector<std::uint32_t> first, second;
    CHECK(index.find(text, 10, first));
    CHECK(again->find(text, 10, second));
    CHECK(first == second);
  }
  CHECK_FALSE(load(bytes, 3));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(load(BytesView(bytes).first(size), 4));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = bytes;
    damaged[at] ^= 0xFF;
    std::vector<std::uint32_t> groups;  // whatever is read must not be read beyond its end
    if (const auto other = load(damaged, 4)) (void)other->find("abcdefghi openssh_9", 10, groups);
  }
}
