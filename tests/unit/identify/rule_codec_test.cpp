#include "identify/rule_codec.h"

#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {
const std::string kRule = R"(
[[rule]]
id = "test.a"
all = [{ input = "html_title", equals = ["a"] }, { input = "http.body", pattern = '(?P<build>\d+)' }]
service = "portal"
service_version = "{build|map}"
os = "debian"
hw = "camera"
hw_model = "{build}"
also = ["php", "openssl {build}"]
package = "{build}"
host_name = "h{build}"
protocol = "http"
device_class = "摄像机"
trust = 91
precision = "minor"
beats = ["test.b"]
map = { build = { "1" = "one", "2" = "two" } }
)";
}  // namespace

TEST_CASE("rules and products come back as they were, without examples", "[identify][rule_codec]") {
  const auto set = test::make_set(kRule);
  ByteWriter out;
  write_rule_set(out, set);
  ByteReader in(out.view());
  const auto back = parse_rule_set(in);
  REQUIRE(back);
  CHECK(in.at_end());
  CHECK(back->products == set.products);
  REQUIRE(back->rules.size() == 1);
  const auto& a = set.rules[0];
  const auto& b = back->rules[0];
  CHECK(b.id == a.id);
  CHECK(b.parts == a.parts);
  CHECK(b.service == a.service);
  CHECK(b.os == a.os);
  CHECK(b.hw == a.hw);
  CHECK(b.also == a.also);
  CHECK(b.package == a.package);
  CHECK(b.host_name == a.host_name);
  CHECK(b.protocol == a.protocol);
  CHECK(b.device_class == a.device_class);
  CHECK(b.source == a.source);
  CHECK(b.trust == 91);
  CHECK(b.precision == model::Precision::minor);
  CHECK(b.beats == a.beats);
  CHECK(b.maps == a.maps);
  CHECK(b.place == a.place);
  CHECK(b.service.version.expand({{"build", "2"}}, b.maps) == "two");
}

TEST_CASE("every cut of the bytes is refused", "[identify][rule_codec]") {
  ByteWriter out;
  write_rule_set(out, test::make_set(kRule));
  const auto whole = out.view();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ByteReader in(whole.first(size));
    CHECK_FALSE(parse_rule_set(in));
  }
}
