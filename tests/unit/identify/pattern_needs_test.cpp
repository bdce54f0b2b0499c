#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "identify/literal.h"

using namespace qingdan::identify;

namespace {
// The bytes as a text, in order; "?" where we do not know.
std::string begins(const char* pattern) {
  const auto set = first_bytes(pattern);
  if (!set) return "?";
  std::string out;
  for (std::size_t b = 0; b < set->size(); ++b) {
    if (set->test(b)) out += static_cast<char>(b);
  }
  return out;
}
}  // namespace

TEST_CASE("an anchored pattern tells its first bytes", "[identify][first_bytes]") {
  CHECK(begins("^SSH-") == "S");
  CHECK(begins("(?i)^ssh") == "Ss");
  CHECK(begins("(?is)^(?:HP|Dell)-x") == "DHdh");
  CHECK(begins(R"(^(?P<model>[A-C]x|\d))") == "0123456789ABC");
  CHECK(begins(R"(^\.x)") == ".");
  CHECK(begins("^国密") == "\xE5");
  CHECK(begins(R"(^[\d-]x)") == "-0123456789");
}

TEST_CASE("what may be absent lets the next begin", "[identify][first_bytes]") {
  CHECK(begins("^a?b") == "ab");
  CHECK(begins("^a*b") == "ab");
  CHECK(begins("^a{0,3}b") == "ab");
  CHECK(begins("^a{1,3}b") == "a");
  CHECK(begins("^(?:ab)?(?:c|)d") == "acd");
  CHECK(begins("^(?:a|b?)c") == "abc");
}

TEST_CASE("classes hold all they mean", "[identify][first_bytes]") {
  const auto not_digit = first_bytes("^[^0-9]x");
  REQUIRE(not_digit);
  CHECK(not_digit->count() == 246);
  CHECK(first_bytes(R"(^\Sx)")->count() == 250);
  CHECK(first_bytes("^.x")->count() == 256);
  CHECK(begins("^[]a]x") == "]a");
  CHECK(begins(R"(^\x41)") == "A");
  CHECK_FALSE(first_bytes(R"(^[\x41-\x5A]x)").has_value());
  CHECK_FALSE(first_bytes(R"(^[\.-9]x)").has_value());
}

TEST_CASE("where a match may begin elsewhere nothing is said", "[identify][first_bytes]") {
  for (const auto* pattern : {"SSH", "^a|b", "(?m)^a", "^a?", "^", "^(?:a|)", R"(^\bA)", "(?:^a)b",
                              "^(?=a)b", "^[[:alpha:]]x", "^(a", "^[a", "(?x)^a"}) {
    INFO(pattern);
    CHECK_FALSE(first_bytes(pattern).has_value());
  }
}

namespace {
std::vector<Literals> held(const std::string& pattern) {
  return held_texts(Part{"ssh.banner", MatchKind::pattern, {pattern}});
}
}  // namespace

TEST_CASE("alternatives and small classes are written out", "[identify][literal]") {
  CHECK(held("^HP (?:Acme|PSC) ") == std::vector<Literals>{{"hp acme ", "hp psc "}});
  CHECK(held(R"((?i)^g[ab]teway)") == std::vector<Literals>{{"gateway", "gbteway"}});
  CHECK(held(R"(-(?:community-)?cll$)") == std::vector<Literals>{{"-cll", "-community-cll"}});
  CHECK(held(R"(^Box \S+ rel\x20[12])") == std::vector<Literals>{{" rel 1", " rel 2"}, {"box "}});
  const auto both = held(R"(^(?:.{0,60} )?(?:E[CS]S\d{4}|AS\d{4}-\w{3})$)");
  REQUIRE_FALSE(both.empty());
  for (const auto& set : both) {
    CHECK(set.size() == 120);
    CHECK(std::count(set.begin(), set.end(), "ecs7") == 1);
    CHECK(std::count(set.begin(), set.end(), "as07") == 1);
  }
}

TEST_CASE("what may be missing is not held", "[identify][literal]") {
  CHECK(held("abcdx?efgh") == std::vector<Literals>{{"abcdefgh", "abcdxefgh"}});
  CHECK(held("abcdx*efgh") == std::vector<Literals>{{"efgh"}, {"abcd"}});
  CHECK(held("(?:abcdef\\w+)?wxyz") == std::vector<Literals>{{"wxyz"}});
  CHECK(held("(?:tomcat|\\w{9})").empty());
  CHECK(held("[^a]{4}").empty());
  CHECK(held("(?:abcdef){0}wxyz") == std::vector<Literals>{{"wxyz"}});
  // What it does not understand is left to requirements().
  CHECK(held("\\babcd").size() == requirements("\\babcd").size());
}
