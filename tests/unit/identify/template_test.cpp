#include "qingdan/identify/template.h"

#include <catch2/catch.hpp>

using namespace qingdan::identify;

namespace {
std::string expand(std::string_view text, const Captures& captures, const ValueMaps& maps = {}) {
  const auto parsed = Template::parse(text);
  REQUIRE(parsed);
  return parsed->expand(captures, maps);
}
}  // namespace

TEST_CASE("a template puts captures between its words", "[identify][template]") {
  CHECK(expand("Windows Server {year} R2", {{"year", "2012"}}) == "Windows Server 2012 R2");
  CHECK(expand("7", {}) == "7");
}

TEST_CASE("a template whose capture took no part gives nothing", "[identify][template]") {
  CHECK(expand("{major}.{minor}", {{"major", "8"}}).empty());
  CHECK(expand("{major}", {{"major", ""}}).empty());
}

TEST_CASE("filters change the value in their order", "[identify][template]") {
  CHECK(expand("{v|dots}", {{"v", "8_9_1"}}) == "8.9.1");
  CHECK(expand("{m|lower}", {{"m", "RV-340 W"}}) == "rv-340 w");
  CHECK(expand("{m|upper}", {{"m", "rv340w"}}) == "RV340W");
  CHECK(expand("{m|squash}", {{"m", "RV-340 W"}}) == "rv_340_w");
}

TEST_CASE("a map gives the value that stands for the capture, or nothing", "[identify][template]") {
  const ValueMaps maps{{"build", {{"17763", "2019"}}}};
  CHECK(expand("{build|map}", {{"build", "17763"}}, maps) == "2019");
  CHECK(expand("{build|map}", {{"build", "1"}}, maps).empty());
  CHECK(expand("{other|map}", {{"other", "17763"}}, maps).empty());
}

TEST_CASE("faulty templates are refused with the fault", "[identify][template]") {
  CHECK_FALSE(Template::parse("{open"));
  CHECK_FALSE(Template::parse("close}"));
  CHECK_FALSE(Template::parse("{}"));
  CHECK_FALSE(Template::parse("{a b}"));
  CHECK(Template::parse("{a|swap}").error().text.find("swap") != std::string::npos);
}

TEST_CASE("a template names the captures it reads", "[identify][template]") {
  CHECK(Template::parse("{a}-{b|lower}")->captures() == std::vector<std::string>{"a", "b"});
}
