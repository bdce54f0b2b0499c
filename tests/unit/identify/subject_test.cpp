#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "identify/subject.h"
#include "qingdan/base/rng.h"
#include "qingdan/base/text.h"

using namespace qingdan;
using namespace qingdan::identify;

TEST_CASE("a subject is its value, the same in lower case, and zeros behind",
          "[identify][subject]") {
  Subject subject;
  CHECK(subject.size() == 0);
  CHECK(subject.folded().empty());
  Rng rng(1);
  for (std::size_t round = 0; round < 400; ++round) {
    std::string value(rng.below(80), '\0');
    for (auto& c : value) c = static_cast<char>(rng.next());
    subject.assign(value);
    REQUIRE(subject.value() == value);
    REQUIRE(subject.folded() == to_lower_ascii(value));
    for (const auto text : {subject.value(), subject.folded()}) {
      const auto* behind = text.data() + text.size();
      REQUIRE(std::all_of(behind, behind + Subject::kBehind, [](char c) { return c == '\0'; }));
    }
  }
}
