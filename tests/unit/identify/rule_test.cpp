#include "qingdan/identify/rule.h"

#include <catch2/catch.hpp>

using namespace qingdan::identify;

namespace {
Part pattern(std::string text) { return {"x", MatchKind::pattern, {std::move(text)}}; }
}  // namespace

TEST_CASE("names of captures are read off a pattern, but not out of classes", "[identify][rule]") {
  CHECK(capture_names(R"(^a(?P<version>\d+)(?:b)(?<os>[(?P<no>)]c)\(?P<neither>)") ==
        std::vector<std::string>{"version", "os"});
  CHECK(capture_names("(?<").empty());
  CHECK(capture_names("(?i)plain").empty());
}

TEST_CASE("literal bytes count what must stand in the field", "[identify][rule]") {
  CHECK(literal_bytes(pattern("^nginx$")) == 5);
  CHECK(literal_bytes(pattern(R"(^nginx/(?P<version>\d[\w.]+)$)")) == 6);
  CHECK(literal_bytes(pattern(R"((?i)ab(?:cde)?f\.\x41)")) == 5);
  CHECK(literal_bytes(pattern("abcdef|gh")) == 2);
  CHECK(literal_bytes(pattern("a(?:bcd|e)f")) == 3);
  CHECK(literal_bytes(pattern("ab*c{0,3}d+")) == 2);
  CHECK(literal_bytes({"x", MatchKind::contains, {"long text", "short"}}) == 5);
}

TEST_CASE("a broken pattern still has a length", "[identify][rule]") {
  for (const auto* text : {"(", "(?", "(?P<", "[", "[^]", "\\", "a{", "(a|", ")"}) {
    CHECK(literal_bytes(pattern(text)) >= 0);
    CHECK(capture_names(text).empty());
  }
}

TEST_CASE("anchors are seen behind flags, escaped ones are none", "[identify][rule]") {
  CHECK(anchoring(pattern("(?i)^nginx$")) == 2);
  CHECK(anchoring(pattern("^nginx")) == 1);
  CHECK(anchoring(pattern("nginx\\$")) == 0);
  CHECK(anchoring({"x", MatchKind::equals, {"nginx"}}) == 3);
  CHECK(anchoring({"x", MatchKind::contains, {"nginx"}}) == 0);
}

TEST_CASE("claimed values are those that captures and templates fill", "[identify][rule]") {
  Rule rule;
  rule.service.product = "nginx";
  rule.service.version = *Template::parse("{version}");
  rule.os.product = "debian";
  rule.os.version = *Template::parse("12");
  rule.hw.version = *Template::parse("3");  // no hw product: says nothing
  rule.also = {{"openssl", *Template::parse("{ssl}")}, {"php", {}}};
  const auto values = claimed_values(rule, {{"version", "1.20.1"}, {"ssl", "3.0"}});
  CHECK(values == std::map<std::string, std::string>{{"service_version", "1.20.1"},
                                                     {"os_version", "12"},
                                                     {"also", "openssl 3.0"}});
}

TEST_CASE("roles are spelled as in the product files", "[identify][rule]") {
  CHECK(parse_role("hardware") == Role::hardware);
  CHECK(to_string(Role::proxy) == "proxy");
  CHECK_FALSE(parse_role("Server"));
}
