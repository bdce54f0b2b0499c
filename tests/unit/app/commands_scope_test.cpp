#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::lines;
using app::test::Stage;

namespace {

const std::string kScope = R"([authorisation]
number = "测〔2026〕1号"
issued_by = "测试"
valid_from = 2000-01-01
valid_to = 2099-12-31
[pace]
global_pps = 100
prefix_pps = 0
host_pps = 10
[[allow]]
cidr = "192.0.2.0/24"
zone = "公用网络区"
unit = "市卫健委"
[[allow]]
cidr = "198.51.100.0/30"
zone = "专用网络区"
unit = "市公安局"
[[exclude]]
cidr = "192.0.2.128/25"
reason = "医疗设备"
owner = "市卫健委"
)";

}  // namespace

TEST_CASE("a scope document is counted by area", "[app][commands_scope]") {
  const Stage stage;
  app::test::write_file(stage.file("s.toml"), kScope);
  const auto said = stage.run(ScopeCheck{stage.file("s.toml"), "22,80"});
  INFO(said.out << said.err);
  CHECK(said.status == 0);
  CHECK(lines(said.out) == 2);
  CHECK(has(said.out, R"("unit":"市卫健委","addresses":128)"));
  CHECK(has(said.out, R"("unit":"市公安局","addresses":4)"));
  CHECK(has(said.err, "132 addresses"));
  CHECK(has(said.err, "x 2 ports = 264 probes"));
  CHECK(has(said.err, "global 100 pps, /24 or /64 no cap, host 10 pps"));
  CHECK(has(said.err, "windows: open now"));
  CHECK(has(said.err, "excluded: 192.0.2.128/25 (医疗设备, 市卫健委)"));
}

TEST_CASE("an exclusion that excludes nothing needs attention", "[app][commands_scope]") {
  const Stage stage;
  app::test::write_file(stage.file("s.toml"), kScope + R"([[exclude]]
cidr = "203.0.113.0/24"
reason = "迁走了"
owner = "市公安局"
)");
  const auto said = stage.run(ScopeCheck{stage.file("s.toml"), "22"});
  CHECK(said.status == 1);
  CHECK(has(said.err, "excludes nothing that is allowed: 203.0.113.0/24"));
}

TEST_CASE("a document that is no longer valid needs attention", "[app][commands_scope]") {
  const Stage stage;
  auto text = kScope;
  text.replace(text.find("2099-12-31"), 10, "2001-12-31");
  app::test::write_file(stage.file("s.toml"), text);
  const auto said = stage.run(ScopeCheck{stage.file("s.toml"), "22"});
  CHECK(said.status == 1);
  CHECK(has(said.err, "NOT VALID TODAY"));
}

TEST_CASE("wrong ports and a wrong document are wrong input", "[app][commands_scope]") {
  const Stage stage;
  app::test::write_file(stage.file("s.toml"), kScope);
  CHECK(stage.run(ScopeCheck{stage.file("s.toml"), "0"}).status == 2);
  app::test::write_file(stage.file("bad.toml"), kScope + "nonsense");
  const auto said = stage.run(ScopeCheck{stage.file("bad.toml"), "22"});
  CHECK(said.status == 2);
  INFO(said.err);
  CHECK(has(said.err, "bad.toml:22"));
}
