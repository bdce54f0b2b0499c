// The law of programs: yes and no, and what is caught, are PCRE2's.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "qingdan/base/rng.h"
#include "qingdan/identify/rule_set.h"
#include "support/program_judges.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::Found;
using test::Judges;

namespace {

std::string shown(const Found& found) {
  if (!found) return "no";
  std::string text = "yes";
  for (const auto& [name, value] : *found) text += " " + std::string(name) + "=" + value;
  return text;
}

// True where the program was sure.
bool agree(Judges& judges, std::string_view pattern, std::string_view value) {
  const auto own = judges.by_program(value);
  if (!own) return false;
  const auto theirs = judges.by_pcre2(value);
  if (!theirs) FAIL("PCRE2 refuses " << pattern);
  if (*own != *theirs)
    FAIL("pattern " << pattern << "\nvalue " << value << "\nprogram: " << shown(*own)
                    << "\nPCRE2: " << shown(*theirs));
  return true;
}

// Patterns of the dialect over few bytes, so that values often come near to a match.
class PatternMaker {
 public:
  explicit PatternMaker(Rng& rng) : rng_(rng) {}

  std::string make() {
    names_ = 0;
    constexpr std::string_view kFlags[] = {"", "", "", "(?i)", "(?s)", "(?m)", "(?im)", "(?is)"};
    return std::string(one_of(kFlags)) + choice(0);
  }

 private:
  template <std::size_t N>
  std::string_view one_of(const std::string_view (&texts)[N]) {
    return texts[rng_.below(N)];
  }
  std::string choice(int depth) {
    std::string text = row(depth);
    for (auto more = rng_.below(depth == 0 ? 2 : 3); more > 0; --more) text += "|" + row(depth);
    return text;
  }
  std::string row(int depth) {
    std::string text;
    if (rng_.below(4) == 0) text += "^";
    for (auto more = 1 + rng_.below(4); more > 0; --more) text += unit(depth);
    if (rng_.below(5) == 0) text += one_of(kEnds);
    return text;
  }
  std::string unit(int depth) {
    if (depth < 3 && rng_.below(4) == 0) return group(depth) + quantifier();
    if (rng_.below(12) == 0) return rng_.below(2) == 0 ? "\\b" : "\\B";
    return std::string(one_of(kUnits)) + quantifier();
  }
  std::string group(int depth) {
    constexpr std::string_view kHeads[] = {"(?:", "(", "(?i:"};
    if (rng_.below(2) == 0 && names_ < 9)
      return "(?P<n" + std::to_string(names_++) + ">" + choice(depth + 1) + ")";
    return std::string(one_of(kHeads)) + choice(depth + 1) + ")";
  }
  std::string quantifier() {
    constexpr std::string_view kCounts[] = {"?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}"};
    if (rng_.below(2) == 0) return "";
    return std::string(one_of(kCounts)) + (rng_.below(3) == 0 ? "?" : "");
  }

  static constexpr std::string_view kEnds[] = {"$", "\\b", "\\s*$"};
  static constexpr std::string_view kUnits[] = {
      "a",      "b",       "A",         "ab",           "aB1", "1",   "-",     ".",
      "\\d",    "\\w",     "\\s",       "\\S",          "\\D", "\\W", "[ab]",  "[^a]",
      "[a-c1]", "[\\w.-]", "[^\\d\\n]", "[A-Z]",        "\\.", "\\n", "\\x41", "[\\x00-\\x20]",
      "[]a]",   "[^]a]",   "[\\d-]",    "\xE5\x9B\xBD", "[:-]"};
  Rng& rng_;
  int names_ = 0;
};

std::string value_of(Rng& rng) {
  constexpr std::string_view kPieces[] = {"a",  "b", "A",   "B",  "ab", "1",
                                          "2",  "-", ".",   " ",  "_",  "c",
                                          "\n", "]", "aB1", "\r", ":",  "\xE5\x9B\xBD"};
  std::string value;
  for (auto more = rng.below(14); more > 0; --more) value += kPieces[rng.below(std::size(kPieces))];
  return value;
}

// The text, and texts near to it.
std::vector<std::string> near(const std::string& text, Rng& rng) {
  std::vector<std::string> all{text, " " + text, text + "\n", text + "\nx", "x" + text + " "};
  if (text.empty()) return all;
  const auto at = rng.below(text.size());
  all.push_back(text.substr(0, at));
  all.push_back(text.substr(at) + text);
  auto changed = text;
  changed[at] = static_cast<char>(changed[at] ^ 0x20);
  all.push_back(changed);
  changed[rng.below(text.size())] = '9';
  all.push_back(changed);
  return all;
}

}  // namespace

TEST_CASE("programs of any pattern of the dialect answer as PCRE2 does", "[identify][program]") {
  Rng rng(20261130);
  PatternMaker maker(rng);
  std::size_t programs = 0;
  std::size_t holds = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto pattern = maker.make();
    Judges judges(pattern);
    if (!judges.has_program()) continue;
    ++programs;
    for (int i = 0; i < 8; ++i) {
      const auto value = value_of(rng);
      if (agree(judges, pattern, value) && judges.by_program(value)->has_value()) ++holds;
    }
  }
  // Else the law would hold of nothing.
  CHECK(programs > 10'000);
  CHECK(holds > 10'000);
}

TEST_CASE("programs of the shipped rules answer as PCRE2 does", "[identify][program]") {
  const auto texts = open_rule_texts({std::filesystem::path(QINGDAN_SOURCE_DIR) / "fingerprints"});
  REQUIRE(texts);
  const auto set = parse_rule_texts(*texts);
  Rng rng(7);
  std::size_t patterns = 0;
  std::size_t programs = 0;
  for (const auto& rule : set.rules) {
    for (const auto& part : rule.parts) {
      if (part.kind != MatchKind::pattern) continue;
      ++patterns;
      const auto& pattern = part.texts.front();
      Judges judges(pattern);
      if (!judges.has_program()) continue;
      ++programs;
      for (const auto* examples : {&rule.accept, &rule.reject}) {
        for (const auto& example : *examples) {
          for (const auto& [input, text] : example.fields) {
            if (text.size() + 8 > Programs::kValueMost) continue;
            for (const auto& value : near(text, rng))
              static_cast<void>(agree(judges, pattern, value));
          }
        }
      }
    }
  }
  INFO(patterns << " patterns, " << programs << " programs");
  CHECK(100 * programs >= 95 * patterns);
}
