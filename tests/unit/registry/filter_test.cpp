// The words of a filter: what they mean and where a mistake is.
#include "registry/filter.h"

#include "fixture.h"

namespace qingdan::registry {
namespace {
using namespace test;

TEST_CASE("terms are joined by spaces or &&, values may be quoted", "[registry][filter]") {
  const auto filter =
      take(parse_filter("  port=22 && product!=\"Apache \\\"x\\\" 2\"\tos=Debian&&unit=\"\" "));
  REQUIRE(filter.terms.size() == 4);
  CHECK(filter.terms[0].key == "port");
  CHECK(filter.terms[0].at == 2);
  CHECK_FALSE(filter.terms[0].negated);
  CHECK(filter.terms[1].value == "Apache \"x\" 2");
  CHECK(filter.terms[1].negated);
  CHECK(filter.terms[2].value == "Debian");
  CHECK(filter.terms[3].value.empty());
  CHECK(take(parse_filter("   ")).terms.empty());
}

TEST_CASE("a mistake in a filter is named with its column", "[registry][filter]") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"port", "column 5: expected = or != after \"port\""},
      {"port=", "column 6: a value is missing"},
      {"port=22 =3", "column 9: expected key=value"},
      {"&& port=22", "column 1: a condition is missing before &&"},
      {"port=22 && && os=x", "column 12: a condition is missing before &&"},
      {"port=22 &&", "column 11: a condition is missing after &&"},
      {"os=\"Deb", "column 4: the quote is not closed"},
      {"PORT=22", "column 1: expected key=value"},
  }));
  INFO(text);
  const auto filter = parse_filter(text);
  REQUIRE_FALSE(filter);
  CHECK(filter.error().code == ErrorCode::input);
  CHECK_THAT(filter.error().text, Catch::Contains(message));
}

TEST_CASE("an unknown key or a bad value is named with its column", "[registry][filter]") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"port=22 colour=red", "column 9: \"colour\" is not a key; there are: asset ip"},
      {"port=70000", "column 1: "},
      {"ip=10.0.0.1/8", "column 1: "},
      {"ip=x", "column 1: "},
      {"state=ajar", "column 1: \"ajar\" is not a state"},
      {"asset=7", "is not a 资产编号"},
      {"transport=sctp", "transport is tcp or udp"},
  }));
  INFO(text);
  const auto filter = take(parse_filter(text));
  const auto service = make_service_condition(filter);
  REQUIRE_FALSE(service);
  CHECK_THAT(service.error().text, Catch::Contains(message));
  const auto asset = make_asset_condition(filter);
  REQUIRE_FALSE(asset);
  CHECK_THAT(asset.error().text, Catch::Contains(message));
}

}  // namespace
}  // namespace qingdan::registry
