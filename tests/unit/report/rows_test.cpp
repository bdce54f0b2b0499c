// The words that the list prints of an asset.
#include "report/rows.h"

#include <catch2/catch.hpp>

#include "report/sheets.h"
#include "sample_listing.h"

using namespace qingdan;
using namespace qingdan::report;
namespace field = qingdan::model::field;

namespace {

struct State {
  std::string registration, lifecycle;
  model::Presence presence{model::Presence::online};
  AssetNews news{};
  bool old{true};
};

std::string printed(const State& state) {
  auto asset = sample::asset(1, "10.98.0.1");
  ListContext context;
  context.meta.cutoff = sample::kCutoff;
  context.meta.period_from = {sample::kCutoff.value - 30 * sample::kDay};
  if (!state.old) asset.first_seen = context.meta.period_from;
  asset.presence = state.presence;
  const auto set = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) asset.facts[std::string(name)] = sample::fact(model::to_json(text));
  };
  set(field::kRegistration, state.registration);
  set(field::kLifecycle, state.lifecycle);
  context.news[asset.id] = state.news;
  return printed_state(make_asset_view(asset, context));
}

}  // namespace

// The priority of register.md, from the last to the first.
TEST_CASE("the printed state is the first that applies", "[report][rows]") {
  using model::Presence;
  State state{"已备案", "在用"};
  CHECK(printed(state) == "已确认");
  state.presence = Presence::uncovered;
  CHECK(printed(state) == "未覆盖");
  state.presence = Presence::suspect;
  CHECK(printed(state) == "疑似离线");
  state.news.changed = true;
  CHECK(printed(state) == "变更");
  state.presence = Presence::missing;
  CHECK(printed(state) == "失联");
  state.old = false;
  CHECK(printed(state) == "新增");
  state.news.back = true;
  CHECK(printed(state) == "恢复");
  state.registration = "";
  CHECK(printed(state) == "未备案");
  state.lifecycle = "已下线";
  CHECK(printed(state) == "已下线");
  state.presence = Presence::online;
  CHECK(printed(state) == "已下线且在线");
  CHECK(printed({"待确认", ""}) == "待确认");
}

TEST_CASE("an asset with several addresses has one main address", "[report][rows]") {
  auto asset = sample::asset(1, "10.98.0.1");
  asset.bindings.push_back({"专用网络区", *net::parse_address("10.99.0.1"), {1}, {}});
  asset.bindings.push_back({"专用网络区", *net::parse_address("10.99.0.2"), {1}, {2}});
  const ListContext context;
  const auto view = make_asset_view(asset, context);
  CHECK(main_address(view) == "10.98.0.1");
  CHECK(other_addresses(view) == "10.99.0.1");
  CHECK(zone_of(view) == "公用网络区;专用网络区");
  asset.bindings.clear();
  CHECK(main_address(make_asset_view(asset, context)).empty());
}

TEST_CASE("only verified and not closed services are listed", "[report][rows]") {
  using model::Verdict;
  auto asset = sample::asset(1, "10.98.0.1");
  std::uint16_t port = 1;
  for (const auto verdict : {Verdict::open_verified, Verdict::open_acked, Verdict::open,
                             Verdict::suspect_proxy, Verdict::tarpit, Verdict::open_filtered}) {
    asset.services.push_back(sample::service("10.98.0.1", port++, {}, "", ""));
    asset.services.back().verdict = verdict;
  }
  asset.services[1].state = model::PortState::unseen;
  const ListContext context;
  CHECK(make_asset_view(asset, context).services.size() == 2);
  asset.services[0].state = model::PortState::closed;
  CHECK(make_asset_view(asset, context).services.size() == 1);
}

TEST_CASE("virtual hosts of a port count as one open port", "[report][rows]") {
  auto asset = sample::asset(1, "10.98.0.1");
  for (const char* vhost : {"", "a.test", "b.test"}) {
    asset.services.push_back(sample::service("10.98.0.1", 443, {}, "http", ""));
    asset.services.back().vhost = vhost;
  }
  const ListContext context;
  CHECK(open_ports(make_asset_view(asset, context)) == 1);
}

TEST_CASE("a statement that does not parse counts as not held", "[report][rows]") {
  auto asset = sample::asset(1, "10.98.0.1");
  asset.facts[std::string(field::kOs)] = sample::fact("{broken");
  asset.facts[std::string(field::kName)] = sample::fact("17");
  const ListContext context;
  const auto view = make_asset_view(asset, context);
  CHECK_FALSE(view.os.has_value());
  CHECK(view.text(field::kName).empty());
}

TEST_CASE("who found it and from where is told by the sources", "[report][rows]") {
  auto asset = sample::asset(1, "10.98.0.1");
  asset.facts["a"] = sample::fact("\"x\"", "probe:南机房");
  asset.facts["b"] = sample::fact("\"x\"", "probe:北机房");
  asset.facts["c"] = sample::fact("\"x\"", "import:4");
  asset.facts["d"] = sample::fact("\"x\"", "manual");
  asset.facts["e"] = sample::fact("\"x\"", "scope");
  const ListContext context;
  const auto view = make_asset_view(asset, context);
  CHECK(ways_of(view) == "主动;导入;人工");
  CHECK(vantages_of(view) == "北机房;南机房");
}

TEST_CASE("a disputed fact is a row to verify with both values", "[report][rows]") {
  auto asset = sample::asset(1, "10.98.0.1");
  asset.facts[std::string(field::kUnit)] = sample::fact("\"甲\"", "scope");
  asset.facts[std::string(field::kRegistration)] = sample::fact("\"已备案\"", "manual");
  auto os = sample::fact(
      model::to_json(sample::product("Debian", "Debian Linux", "12", "操作系统", "os")));
  os.state = model::FactState::conflict;
  os.other = "\"Windows\"";
  asset.facts[std::string(field::kOs)] = os;
  const ListContext context;
  const auto view = make_asset_view(asset, context);
  const auto rows = doubts_of(view);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].reason == "来源冲突");
  CHECK(rows[0].clue == "操作系统：Debian Linux 12 ／ Windows");
  CHECK(rows[0].candidate == "甲（网段登记单位）");
}

TEST_CASE("what was not measured again is a doubt of its own", "[report][rows]") {
  auto asset = sample::asset(1, "10.98.0.1");
  asset.facts[std::string(field::kUnit)] = sample::fact("\"甲\"", "manual");
  asset.facts[std::string(field::kRegistration)] = sample::fact("\"已备案\"", "manual");
  auto os = sample::fact(
      model::to_json(sample::product("Debian", "Debian Linux", "12", "操作系统", "os")));
  os.state = model::FactState::conflict;
  asset.facts[std::string(field::kOs)] = os;
  const ListContext context;
  const auto view = make_asset_view(asset, context);
  const auto rows = doubts_of(view);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].reason == "未再测到");
  CHECK(rows[0].clue == "操作系统：Debian Linux 12");
}

TEST_CASE("ports of administration and of danger are noted", "[report][rows]") {
  using net::Transport;
  CHECK(port_note({Transport::tcp, 22}) == "管理");
  CHECK(port_note({Transport::tcp, 3389}) == "管理;高危");
  CHECK(port_note({Transport::tcp, 6379}) == "高危");
  CHECK(port_note({Transport::tcp, 443}).empty());
  CHECK(port_note({Transport::udp, 161}) == "管理");
  CHECK(port_note({Transport::udp, 22}).empty());
}

TEST_CASE("the masked list shortens people in disputes and changes too", "[report][rows]") {
  auto asset = sample::asset(1, "10.98.0.1");
  asset.facts[std::string(field::kUnit)] = sample::fact("\"甲\"", "scope");
  asset.facts[std::string(field::kRegistration)] = sample::fact("\"已备案\"", "manual");
  auto owner = sample::fact("\"张三丰\"", "manual");
  owner.state = model::FactState::review;
  owner.other = "\"李四 13812345678\"";
  asset.facts[std::string(field::kOwner)] = owner;
  ListContext context;
  context.masked = true;
  const auto view = make_asset_view(asset, context);
  const auto rows = doubts_of(view);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].clue == "责任人：张** ／ 李** 138****5678");

  model::Change change;
  change.field = std::string(field::kOwner);
  CHECK(change_value({change, context}, "张三丰") == "张**");
  change.field = std::string(field::kOs);
  CHECK(change_value({change, context}, "Debian Linux") == "Debian Linux");
}

TEST_CASE("a long port set is cut in the coverage rows", "[report][rows]") {
  auto list = sample::small_listing();
  auto& run = list.runs_[0];
  for (std::uint16_t port = 1; port < 200; port += 2) {
    run.coverage.ports.insert({net::Transport::tcp, port});
  }
  run.run.ports = run.coverage.ports.to_string();
  const ListContext context;
  const auto rows = coverage_rows(run, context);
  REQUIRE(rows.size() == 3);
  for (const auto& column : coverage_columns()) {
    if (std::string_view(column.text.title) != "端口集") continue;
    const auto text = std::get<std::string>(column.value(rows[0]));
    CHECK(text.starts_with("1,3,5,"));
    CHECK(text.ends_with("…（共100个，全文见封面）"));
  }
}
