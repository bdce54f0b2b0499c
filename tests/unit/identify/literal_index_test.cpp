#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "identify/literal_index.h"
#include "qingdan/base/rng.h"

using namespace qingdan;
using namespace qingdan::identify;

TEST_CASE("literals are found wherever they stand, each group once", "[identify][literal_index]") {
  const LiteralIndex index({{"abcd", 1}, {"openssh_", 2}, {"bcde", 3}, {"ssh_9.2p1 debian", 4}});
  const auto groups_in = [&](std::string_view folded) {
    std::vector<std::uint32_t> groups;
    CHECK(index.find(Subject(folded), 10, groups));
    return groups;
  };
  using Groups = std::vector<std::uint32_t>;
  CHECK(groups_in("abcd") == Groups{1});
  CHECK(groups_in("xAbCDExabcde") == Groups{1, 3});
  CHECK(groups_in("openssh_9.2p1 debian-2") == Groups{2, 4});
  CHECK(groups_in("openssh").empty());
  CHECK(groups_in("").empty());
  std::vector<std::uint32_t> groups;
  CHECK_FALSE(index.find(Subject("abcde openssh_"), 2, groups));
  CHECK(LiteralIndex().empty());
}

TEST_CASE("an index finds what a search for each of its literals finds",
          "[identify][literal_index]") {
  Rng rng(3);
  const auto text_of = [&](std::size_t least, std::size_t most) {
    std::string text(least + rng.below(most - least + 1), ' ');
    for (auto& c : text) c = "abc\0"[rng.below(4)];
    return text;
  };
  std::vector<std::pair<std::string, std::uint32_t>> literals;
  for (std::uint32_t i = 0; i < 300; ++i) literals.emplace_back(text_of(4, 40), i / 2);
  const LiteralIndex index(literals);
  for (int round = 0; round < 300; ++round) {
    auto value = text_of(0, 200);
    if (rng.below(2) == 0) value += literals[rng.below(literals.size())].first;
    std::set<std::uint32_t> expected;
    for (const auto& [literal, group] : literals) {
      if (value.find(literal) != std::string::npos) expected.insert(group);
    }
    std::vector<std::uint32_t> groups;
    bool looked_away = false;
    REQUIRE(index.find(Subject(value), 1000, groups, [&] { looked_away = true; }));
    CHECK(looked_away);
    CHECK(groups.size() == expected.size());
    CHECK(std::set<std::uint32_t>(groups.begin(), groups.end()) == expected);
  }
}

TEST_CASE("an index is read back as it was written, and nothing else is",
          "[identify][literal_index]") {
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
    CHECK(index.find(Subject(text), 10, first));
    CHECK(again->find(Subject(text), 10, second));
    CHECK(first == second);
  }
  CHECK_FALSE(load(bytes, 3));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(load(BytesView(bytes).first(size), 4));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto damaged = bytes;
    damaged[at] ^= 0xFF;
    std::vector<std::uint32_t> groups;  // whatever is read must not be read beyond its end
    if (const auto other = load(damaged, 4))
      (void)other->find(Subject("abcdefghi openssh_9"), 10, groups);
  }
}
