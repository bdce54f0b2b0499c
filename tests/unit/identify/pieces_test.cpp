#include "identify/pieces.h"

#include <catch2/catch.hpp>

#include "qingdan/identify/rule_file.h"

using namespace qingdan;
using namespace qingdan::identify;

TEST_CASE("pieces are put in wherever they are named", "[identify][pieces]") {
  const Pieces pieces{{"model", R"((?P<model>\w+))"}, {"end", "$"}};
  CHECK(with_pieces("^Acme ${model}${end}", pieces).value() == R"(^Acme (?P<model>\w+)$)");
  CHECK(with_pieces("${end}${end}", pieces).value() == "$$");
  CHECK(with_pieces("^a{2}$", pieces).value() == "^a{2}$");
  CHECK(with_pieces("", pieces).value().empty());
  CHECK(with_pieces("^[.${}-]{2}${", pieces).value() == "^[.${}-]{2}${");  // no names
}

TEST_CASE("a piece that is not there is named", "[identify][pieces]") {
  for (const auto* pattern : {"^${other}", "${end}${model}"}) {
    const auto text = with_pieces(pattern, {{"end", "$"}});
    REQUIRE_FALSE(text);
    CHECK(text.error().text.find("[pieces]") != std::string::npos);
  }
}

TEST_CASE("rules of a file share its pieces, and of no other", "[identify][pieces]") {
  const std::string rule =
      "[[rule]]\nid = \"ssh.a\"\ninput = \"ssh.banner\"\npattern = '^Acme ${v}$'\nprotocol = "
      "\"ssh\"\n";
  const auto file = parse_rule_file("[pieces]\nv = '(?P<version>\\d+)'\n" + rule, "ssh/a.toml");
  CHECK(file.problems.empty());
  REQUIRE(file.rules.size() == 1);
  CHECK(file.rules[0].parts[0].texts.front() == R"(^Acme (?P<version>\d+)$)");
  const auto other = parse_rule_file(rule, "ssh/b.toml");
  REQUIRE_FALSE(other.problems.empty());
  CHECK(other.problems[0].text.find("\"v\"") != std::string::npos);
  CHECK_FALSE(parse_rule_file("[pieces]\nv = 3\n" + rule, "ssh/c.toml").problems.empty());
}
