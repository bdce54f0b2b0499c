#include <catch2/catch.hpp>

#include <string>

#include "identify/pattern_tree.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

using Kind = PatternNode::Kind;

// The tree in a few letters: what a node is, and its parts in brackets.
std::string shape(const PatternNode& node) {
  std::string parts;
  for (const auto& part : node.parts) parts += shape(part);
  switch (node.kind) {
    case Kind::sequence:
      return "(" + parts + ")";
    case Kind::choice:
      return "|" + parts + "|";
    case Kind::byte:
      return std::to_string(node.bytes.count());
    case Kind::repeat:
      return parts + "{" + std::to_string(node.least) + "," +
             (node.most == PatternNode::kMany ? "" : std::to_string(node.most)) + "}" +
             (node.lazy ? "?" : "");
    case Kind::capture:
      return node.name + "=" + parts;
    default:
      return std::string(1, "^$<>bB"[static_cast<int>(node.kind) - static_cast<int>(Kind::begin)]);
  }
}

std::string tree_of(std::string_view pattern) {
  const auto tree = parse_pattern(pattern);
  return tree ? shape(*tree) : "?";
}

}  // namespace

TEST_CASE("a pattern is taken apart", "[identify][pattern_tree]") {
  CHECK(tree_of(R"(^a\d)") == "(^110)");
  CHECK(tree_of("ab|c") == "|(11)(1)|");
  CHECK(tree_of("a|b|[cd]") == "4");  // one byte each: one of four
  CHECK(tree_of(R"((?P<v>\d+)(?<w>x)?(?:y|zz){2,3}?$)") ==
        "(v=(10{1,})w=(1){0,1}|(1)(11)|{2,3}?$)");
  CHECK(tree_of(R"(\bx\B)") == "(b1B)");
  CHECK(tree_of("") == "()");
  CHECK(tree_of("(?m)^a$") == "(<1>)");
  CHECK(tree_of("(?i)a1") == "(21)");
  CHECK(tree_of("a(?i:b)c") == "(1(2)1)");
  CHECK(tree_of(".") == "(255)");
  CHECK(tree_of("(?s).") == "(256)");
}

TEST_CASE("classes hold what PCRE2 says they hold", "[identify][pattern_tree]") {
  CHECK(tree_of("[a-c]") == "(3)");
  CHECK(tree_of("[]a]") == "(2)");
  CHECK(tree_of("[^]a]") == "(254)");
  CHECK(tree_of(R"([\x00-\x1f])") == "(32)");
  CHECK(tree_of(R"([\d-])") == "(11)");
  CHECK(tree_of(R"([\w.-])") == "(65)");
  CHECK(tree_of("[:-]") == "(2)");
  CHECK(tree_of("(?i)[a-c]") == "(6)");
}

TEST_CASE("what is not in the dialect is not guessed at", "[identify][pattern_tree]") {
  for (const auto* pattern :
       {"(?=a)",   "(?!a)",       "(?<=a)b", "(?>a)",  "a++",   "a**",   "^*",        R"(\1)",
        R"(\pL)",  "[[:alpha:]]", "[a",      "(a",     "a)",    "*a",    "a{2",       "a{3,2}",
        "a{0}",    "a{,2}",       R"(a\)",   R"(\x4)", "[b-a]", "(?x)a", R"([a-\d])", R"([a\)",
        R"([a-\)", "(?P<a",       "[a-",     "a{",     "(?i:"})
    CHECK(tree_of(pattern) == "?");
  CHECK(tree_of(std::string(100, '(') + "a" + std::string(100, ')')) == "?");
}

TEST_CASE("how short a match can be is known", "[identify][pattern_tree]") {
  CHECK(least_bytes(*parse_pattern(R"(^ab?(?:c|def)\d{2,}$)")) == 4);
  CHECK(least_bytes(*parse_pattern("a*|b")) == 0);
}
