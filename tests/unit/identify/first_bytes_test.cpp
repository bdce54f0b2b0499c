#include <catch2/catch.hpp>

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
}

TEST_CASE("where a match may begin elsewhere nothing is said", "[identify][first_bytes]") {
  for (const auto* pattern : {"SSH", "^a|b", "(?m)^a", "^a?", "^", "^(?:a|)", R"(^\x41)", R"(^\bA)",
                              "(?:^a)b", "^(?=a)b", "^[[:alpha:]]x", "^(a", "^[a", "(?x)^a"}) {
    INFO(pattern);
    CHECK_FALSE(first_bytes(pattern).has_value());
  }
}
