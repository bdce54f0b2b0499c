#include "qingdan/resolve/diff.h"
// covers: resolve/fact_diff

#include <catch2/catch.hpp>

#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;
using Lines = std::vector<std::string>;

namespace {
const std::vector<model::Coverage> kNone;
DiffContext context() {
  DiffContext made;
  made.run = model::RunId{2};
  made.time = day(1);
  made.index = 0;
  made.earlier = &kNone;
  return made;
}
model::AssetRecord asset() {
  auto seen = host(ip(1), {{22, "ssh", "openssh", "9.2p1"}, {80, "http", "nginx", "1.18.0"}});
  seen.claims = {claim(field::kOs, json("debian", "12")), claim(field::kRole, text("Web"))};
  return after({}, run(1, 0, {seen})).world.assets[0];
}
Lines told(const model::AssetRecord& before, const model::AssetRecord& now) {
  return words(diff_asset(before, now, context()));
}
}  // namespace

TEST_CASE("no difference, no change", "[resolve][diff]") {
  CHECK(told(asset(), asset()) == Lines{});
}

TEST_CASE("noise is no change", "[resolve][diff]") {
  auto now = asset();
  now.last_seen = day(9);
  now.facts["host.role"].value = text("数据库");
  auto& facts = now.services[1].facts;
  facts["service.product"].confidence = 12;
  facts["service.product"].rule = "another";
  facts["service.banner"].value = text("Date: today");
  facts["service.digest"].value = text("ffff");
  now.services[1].last_seen = day(9);
  CHECK(told(asset(), now) == Lines{});
}

TEST_CASE("a product that becomes known is no change, one that is let go is", "[resolve][diff]") {
  auto without = asset();
  without.services[1].facts.erase("service.product");
  CHECK(told(asset(), without) == Lines{"组件变化 10.98.0.1 80: nginx 1.18.0 → "});
  CHECK(told(without, asset()) == Lines{});
  auto nameless = asset();
  nameless.services[1].facts["service.product"].value = json("");
  CHECK(told(asset(), nameless) == Lines{});
  CHECK(told(nameless, asset()) == Lines{});
}

TEST_CASE("a further product of a page is told only when it becomes another version",
          "[resolve][diff]") {
  auto old = asset(), now = asset();
  const auto also = [](const std::vector<model::ProductStatement>& list) {
    model::Fact fact;
    fact.value = model::to_json(list);
    return fact;
  };
  old.services[1].facts["service.also"] = also({product("php", "7.4"), product("jquery", "3.1")});
  now.services[1].facts["service.also"] = also({product("php", "8.2"), product("vue", "3")});
  CHECK(told(old, now) == Lines{"组件变化 10.98.0.1 80: php 7.4 → php 8.2"});
}

TEST_CASE("a protocol is told only where no product tells it", "[resolve][diff]") {
  auto now = asset();
  now.services[1].facts["service.protocol"].value = text("redis");
  CHECK(told(asset(), now) == Lines{"属性变化 10.98.0.1 80: http → redis"});
  now.services[1].facts["service.product"].value = json("redis", "7.0");
  CHECK(told(asset(), now) == Lines{"组件变化 10.98.0.1 80: nginx 1.18.0 → redis 7.0"});
}

TEST_CASE("a change points to its evidence", "[resolve][diff]") {
  auto now = asset();
  now.services[1].facts["service.product"].value = json("nginx", "1.22.1");
  now.services[1].facts["service.product"].evidence = "abcd";
  const auto changes = diff_asset(asset(), now, context());
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].evidence == "abcd");
  CHECK(changes[0].run == model::RunId{2});
  CHECK(changes[0].time == day(1));
  CHECK(changes[0].asset_index == 0);
  now.services[1].facts["service.product"].evidence = "";
  CHECK(diff_asset(asset(), now, context())[0].evidence == "run:2");
}

TEST_CASE("an asset is described by what it mainly is", "[resolve][diff]") {
  auto one = asset();
  CHECK(describe_asset(one) == "10.98.0.1 nginx 1.18.0");
  one.services.pop_back();
  CHECK(describe_asset(one) == "10.98.0.1 openssh 9.2p1");
  one.services.clear();
  CHECK(describe_asset(one) == "10.98.0.1 debian 12");
  auto camera = product("海康威视摄像机");
  camera.model = "DS-2CD";
  one.facts["host.hardware"].value = model::to_json(camera);
  CHECK(describe_asset(one) == "10.98.0.1 海康威视摄像机 DS-2CD");
}
