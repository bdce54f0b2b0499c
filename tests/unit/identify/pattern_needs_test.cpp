#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>
#include <string>

#include "identify/pattern_needs.h"
#include "qingdan/base/rng.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {
PatternNeeds needs_of_pattern(const std::string& pattern) {
  return needs_of(Part{"ssh.banner", MatchKind::pattern, {pattern}});
}
std::optional<Beginning> beginning_of(const std::string& pattern) {
  return needs_of_pattern(pattern).beginning;
}

std::string text_of(const ByteSet& set) {
  std::string out;
  for (std::size_t b = 0; b < set.size(); ++b) {
    if (set.test(b)) out += static_cast<char>(b);
  }
  return out;
}

// The first bytes as a text, in order; "?" where we do not know.
std::string begins(const char* pattern) {
  const auto begin = beginning_of(pattern);
  return begin ? text_of(begin->bytes[0]) : "?";
}
// The same of each of the first bytes, "A|01|.|…".
std::string leads(const char* pattern) {
  const auto begin = beginning_of(pattern);
  if (!begin) return "?";
  std::string out;
  for (std::size_t i = 0; i < begin->size; ++i)
    out += (i > 0 ? "|" : "") + (begin->bytes[i].all() ? "any" : text_of(begin->bytes[i]));
  return out;
}
}  // namespace

TEST_CASE("an anchored pattern tells its first bytes", "[identify][beginning]") {
  CHECK(begins("^SSH-") == "S");
  CHECK(begins("(?i)^ssh") == "Ss");
  CHECK(begins("(?:^a|^b)c") == "ab");
  CHECK(begins("(?is)^(?:HP|Dell)-x") == "DHdh");
  CHECK(begins(R"(^(?P<model>[A-C]x|\d))") == "0123456789ABC");
  CHECK(begins(R"(^\.x)") == ".");
  CHECK(begins("^国密") == "\xE5");
  CHECK(begins(R"(^[\d-]x)") == "-0123456789");
}

TEST_CASE("what may be absent lets the next begin", "[identify][beginning]") {
  CHECK(begins("^a?b") == "ab");
  CHECK(begins("^a*b") == "ab");
  CHECK(begins("^a{0,3}b") == "ab");
  CHECK(begins("^a{1,3}b") == "a");
  CHECK(begins("^(?:ab)?(?:c|)d") == "acd");
  CHECK(begins("^(?:a|b?)c") == "abc");
}

TEST_CASE("classes hold all they mean", "[identify][beginning]") {
  const auto not_digit = beginning_of("^[^0-9]x");
  REQUIRE(not_digit);
  CHECK(not_digit->bytes[0].count() == 246);
  CHECK(beginning_of(R"(^\Sx)")->bytes[0].count() == 250);
  CHECK(beginning_of("^.x")->bytes[0].count() == 255);
  CHECK(beginning_of("(?s)^.x")->bytes[0].count() == 256);
  CHECK(begins("^[]a]x") == "]a");
  CHECK(begins(R"(^\x41)") == "A");
  CHECK(begins(R"(^[\x41-\x43]x)") == "ABC");
  CHECK(begins(R"(^[\.-1]x)") == "./01");
}

TEST_CASE("where a match may begin elsewhere nothing is said", "[identify][beginning]") {
  for (const auto* pattern : {"SSH", "^a|b", "(?m)^a", "^a?", "^", "^(?:a|)", R"(^\AA)", "^(?s:A)",
                              "^(?=a)b", "^[[:alpha:]]x", "^(a", "^[a", "(?x)^a"}) {
    INFO(pattern);
    CHECK_FALSE(beginning_of(pattern).has_value());
  }
}

namespace {
std::vector<Literals> held(const std::string& pattern) { return needs_of_pattern(pattern).texts; }
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
  CHECK(held("(?:abcdef){0}wxyz").empty());  // not in the dialect
  CHECK(held("\\babcd") == std::vector<Literals>{{"abcd"}});
}

TEST_CASE("as many bytes are told as every match has, each with what can stand there",
          "[identify][beginning]") {
  CHECK(leads("^SSH-2") == "S|S|H|-");
  CHECK(leads("^AB$") == "A|B");
  CHECK(leads("^(?:EDS|PT|MDS)-x") == "EMP|DT|-S|-x");
  CHECK(leads("^a?bcde") == "ab|bc|cd|de");
  CHECK(leads(R"(^P-\d{3,4}z)") == "P|-|0123456789|0123456789");
  CHECK(leads("^a{2}b{0,2}cd") == "a|a|bc|bcd");
  CHECK(leads("^a*bc") == "ab|abc");
  CHECK(leads("^(?:ab)+cd") == "a|b|ac|bd");
  CHECK(leads("^x(?:|yy)z") == "x|yz");
  CHECK(leads("(?s)^ab.{1,9}d") == "a|b|any|any");
  CHECK(leads("(?i)^ab") == "Aa|Bb");
  CHECK(leads("^[Ll](?i:in)u") == "Ll|Ii|Nn|u");
  CHECK(leads(R"(^AB\b.{0,9}|^x)") == "Ax");
  CHECK(leads("^AB|^CDE") == "AC|BD");
  CHECK(leads(R"(^\bAB\b-)") == "A|B|-");
}

TEST_CASE("a value fits a beginning byte by byte, and not where it is shorter",
          "[identify][beginning]") {
  const auto begin = *beginning_of("^(?:EDS|PT)-x");
  for (const auto* text : {"EDS-x", "PT-x", "PDS-"}) CHECK(begin.fits(text));
  for (const auto* text : {"", "E", "PT-", "EDX-x", "XDS-", "pt-x"}) CHECK_FALSE(begin.fits(text));
  CHECK(Beginning().fits(""));
}

TEST_CASE("whatever a pattern matches fits its beginning", "[identify][beginning]") {
  Rng rng(7);
  const std::string letters = "abAB01-. ";
  const char* patterns[] = {"^a?b*[01]{1,3}-",       "^(?:a|ab|abA)+0", "^[ab]{2,}(?:-|\\.)1?",
                            "^(?:(?:a|b0)(?:1|))?A", "^.?a.b",          "(?i)^ab?[^a]+0",
                            "^(?:a{0,2}b){1,2}A?0",  "^a(?:b|$)",       "^\\w{1,4}-\\d"};
  for (const auto* pattern : patterns) {
    const auto begin = beginning_of(pattern);
    REQUIRE(begin);
    // The standard library knows no flags in the pattern.
    const std::string text(pattern);
    const bool fold = text.starts_with("(?i)");
    const std::regex engine(
        fold ? text.substr(4) : text,
        fold ? std::regex::ECMAScript | std::regex::icase : std::regex::ECMAScript);
    std::size_t matched = 0;
    for (int i = 0; i < 20'000; ++i) {
      std::string value;
      for (auto left = rng.below(8); left > 0; --left) value += letters[rng.below(letters.size())];
      if (!std::regex_search(value, engine)) continue;
      ++matched;
      INFO(pattern << " on " << value);
      CHECK(begin->fits(value));
    }
    CHECK(matched > 50);
  }
}
