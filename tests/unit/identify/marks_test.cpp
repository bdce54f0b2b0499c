// marks — what patterns need, by examples and against an engine; what values have.
#include "identify/pattern_needs.h"

#include <catch2/catch.hpp>
#include <regex>
#include <string>

#include "qingdan/base/rng.h"
#include "qingdan/base/text.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {
std::vector<std::vector<Mark>> marks_of(const std::string& pattern) {
  return needs_of(Part{"ssh.banner", MatchKind::pattern, {pattern}}).marks;
}

// The single bytes among the marks of each alternative, then how many pairs: "-0a 2|x 0".
std::string needs(const char* pattern) {
  std::string out;
  for (const auto& marks : marks_of(pattern)) {
    if (!out.empty()) out += '|';
    std::size_t pairs = 0;
    for (const auto mark : marks) {
      if (mark < kBytes) out += static_cast<char>(mark);
      if (mark >= kBytes) ++pairs;
    }
    out += ' ' + std::to_string(pairs);
  }
  return out;
}

bool is_met(const std::vector<std::vector<Mark>>& alternatives, const std::string& value) {
  MarksSeen seen;
  seen.read(to_lower_ascii(value));
  const auto met = [&](const std::vector<Mark>& marks) {
    return std::all_of(marks.begin(), marks.end(), [&](Mark m) { return seen.has(m); });
  };
  return alternatives.empty() || std::any_of(alternatives.begin(), alternatives.end(), met);
}

// A pattern of the dialect, at random; nothing unbounded is repeated, which the engine below would
// try in all ways.
std::string random_pattern(Rng& rng, int depth) {
  static const char* const kUnits[] = {"a",    "b",    "A",    "-",    "\\.", "\\d",
                                       "[ab]", "[aA]", "[01]", "[^a]", ".",   "\\w"};
  static const char* const kCounts[] = {"", "", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}"};
  static const char* const kGroupCounts[] = {"", "", "?", "{1,2}"};
  std::string out;
  for (auto left = 1 + rng.below(3); left > 0; --left) {
    if (depth > 1 || rng.below(4) != 0) {
      out += kUnits[rng.below(std::size(kUnits))];
      out += kCounts[rng.below(std::size(kCounts))];
      continue;
    }
    out += "(?:" + random_pattern(rng, depth + 1);
    for (auto more = rng.below(3); more > 0; --more) out += '|' + random_pattern(rng, depth + 1);
    out += ')';
    out += kGroupCounts[rng.below(std::size(kGroupCounts))];
  }
  return out;
}

}  // namespace

TEST_CASE("texts are needed byte by byte and side by side", "[identify][marks]") {
  CHECK(needs("SSH-2") == "-0hs 4");  // ss sh h- -0
  CHECK(needs("(?i)^Ab$") == "ab 1");
  CHECK(needs(R"(^(?P<version>\d{1,2}\.\d\.\d{1,2}) [0-9a-f]{6,10}@\d{6,8})") == " .0@ 5");
  CHECK(needs(R"(a\bb)") == "ab 1");
  CHECK(needs("a.b") == "ab 0");
  CHECK(needs("[Aa][0-9]") == "0a 1");
  CHECK(needs("a{2,5}") == "a 1");
}

TEST_CASE("what may be missing or otherwise is not needed", "[identify][marks]") {
  CHECK(needs("a?b") == "b 0");
  CHECK(needs("(?:ab)*c") == "c 0");
  CHECK(needs("a[bc]d") == "ad 0");
  CHECK(needs("a(?:x)?b") == "ab 0");
  CHECK(needs("(?:ab|ba)+") == "ab 0");  // which of them comes last, nobody knows
  CHECK(needs("[a-z]+").empty());
  CHECK(needs("abc|.*").empty());
}

TEST_CASE("of few alternatives each needs its own", "[identify][marks]") {
  CHECK(needs("ab|c-") == "ab 1|-c 1");
  CHECK(needs("(?:ab|c)d") == "abd 2|cd 1");
  // More than sixteen: what they have in common.
  CHECK(needs("ab|ac|ad|ae|af|ag|ah|ai|aj|ak|al|am|an|ao|ap|aq|ar") == "a 0");
  CHECK(needs("(?:|a)b") == "b 0|ab 1");
}

TEST_CASE("patterns that are not understood need nothing", "[identify][marks]") {
  for (const auto* pattern : {"a(?=b)", "a(", "(?#x)a", "\\Aab", "a{x}"}) {
    CAPTURE(pattern);
    CHECK(marks_of(pattern).empty());
  }
}

TEST_CASE("a value has the marks it shows, in lower case and digits alike", "[identify][marks]") {
  CHECK(is_met(marks_of("SSH-2"), "OpenSSH-1.99"));
  CHECK_FALSE(is_met(marks_of("SSH-2"), "OpenSSH_9.2"));
  CHECK_FALSE(is_met(marks_of("ab|c-"), "a b-c"));
  MarksSeen seen;
  for (int i = 0; i < 600; ++i) {  // what an earlier value showed is forgotten
    seen.read(i % 300 == 0 ? "xy" : "-");
    CHECK(seen.has('x') == (i % 300 == 0));
    CHECK(seen.has(pair_of('x', 'y')) == (i % 300 == 0));
  }
}

TEST_CASE("whatever a pattern matches meets its marks", "[identify][marks]") {
  Rng rng(8);
  const std::string letters = "abAB01-. ";
  std::size_t matched = 0, told_off = 0;
  for (int round = 0; round < 500; ++round) {
    const auto pattern = random_pattern(rng, 0);
    const auto marks = marks_of(pattern);
    const std::regex engine(pattern);
    for (int i = 0; i < 40; ++i) {
      std::string value;
      for (auto left = rng.below(9); left > 0; --left) value += letters[rng.below(letters.size())];
      const bool met = is_met(marks, value);
      if (!met) ++told_off;
      if (!std::regex_search(value, engine)) continue;
      ++matched;
      INFO(pattern << " on " << value);
      REQUIRE(met);
    }
  }
  CHECK(matched > 5'000);
  CHECK(told_off > 5'000);
}
