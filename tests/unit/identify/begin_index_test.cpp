#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "identify/begin_index.h"
#include "identify/pattern_needs.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

std::optional<Beginning> beginning_of(const std::string& pattern) {
  return needs_of(Part{"ssh.banner", MatchKind::pattern, {pattern}}).beginning;
}

// What a pattern says of single bytes in lower case; of sets of several, nothing.
First first_of_text(std::string_view lower) {
  First first;
  for (std::size_t i = 0; i < std::min(lower.size(), kWindow); ++i) {
    first.bytes |= std::uint32_t{static_cast<std::uint8_t>(lower[i])} << 8 * i;
    first.known |= static_cast<std::uint8_t>(1U << i);
  }
  return first;
}

}  // namespace

TEST_CASE("conditions are found by how values begin, in either case", "[identify][begin_index]") {
  const auto acme = *beginning_of("(?i)^acme-");
  const auto two = *beginning_of("^[AB][cC]");
  const auto any = *beginning_of("^..x");
  const BeginIndex index({{1, &acme, first_of_text("acme")},
                          {2, &two, {}},
                          {3, &any, {}},
                          {4, &acme, first_of_text("acme")}});
  using Atoms = std::vector<std::uint32_t>;
  const auto atoms_of = [&](std::string_view value) {
    Atoms atoms;
    const Subject subject(value);
    index.fetch(subject);
    index.find(subject, atoms);
    std::sort(atoms.begin(), atoms.end());
    return atoms;
  };
  CHECK(atoms_of("ACME-7") == Atoms{1, 2, 3, 4});  // the second and third may begin so
  CHECK(atoms_of("acme") == Atoms{1, 3, 4});
  CHECK(atoms_of("acm") == Atoms{3});
  CHECK(atoms_of("Bc") == Atoms{2, 3});
  CHECK(atoms_of("") == Atoms{3});
  Atoms none;
  BeginIndex().find(Subject("acme"), none);
  CHECK(none.empty());
}

TEST_CASE("what is known of four bytes decides alone", "[identify][begin_index]") {
  const auto first = first_of_text("ab");
  CHECK(first.fits(first_of(Subject("ABx"))));
  CHECK(first.fits(first_of(Subject("ab"))));
  CHECK_FALSE(first.fits(first_of(Subject("a"))));
  CHECK_FALSE(first.is_whole());
  CHECK(first_of_text("abcd").is_whole());
}
