#include "qingdan/resolve/reconcile.h"
// covers: resolve/hearing

#include <catch2/catch.hpp>

#include "qingdan/resolve/laws.h"
#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;
using model::ChangeType;
using model::IdentifierType;
using model::PortState;
using model::Presence;
using Lines = std::vector<std::string>;

namespace {
const std::vector<Port> kWeb{{22, "ssh", "openssh", "9.2p1"}, {80, "http", "nginx", "1.18.0"}};
model::World world_of(const std::vector<HostSeen>& hosts) {
  return after({}, run(1, 0, hosts)).world;
}
}  // namespace

TEST_CASE("the first census tells new assets and nothing else", "[resolve][reconcile]") {
  const auto told = after({}, run(1, 0, {host(ip(2), kWeb), host(ip(1), kWeb)}));
  CHECK(words(told.changes) == Lines{"新增资产 10.98.0.1:  → 10.98.0.1 nginx 1.18.0",
                                     "新增资产 10.98.0.2:  → 10.98.0.2 nginx 1.18.0"});
  REQUIRE(told.world.assets.size() == 2);
  CHECK(told.world.assets[0].services.size() == 2);
  CHECK(told.world.assets[0].facts.empty());
  CHECK(told.world.assets[0].services[1].facts.at("service.product").source == "probe:a");
  CHECK(check_world(told.world, day(0)).empty());
}

TEST_CASE("a middlebox is told once, and what it answers for makes no asset",
          "[resolve][reconcile]") {
  auto behind = host(ip(2), {{80, "", "", ""}});
  behind.services[0].verdict = Verdict::suspect_proxy;
  auto seen = run(1, 0, {behind, host(ip(3), kWeb)});
  model::Middlebox box;
  box.zone = kZone;
  box.block = {ip(0), 24};
  box.ports = *net::parse_ports("80");
  box.asked = 254;
  box.answering = 250;
  seen.middleboxes.push_back(box);

  const auto told = reconcile({}, seen);

  REQUIRE(told.after.assets.size() == 1);
  CHECK(told.after.assets[0].bindings[0].ip == ip(3));
  REQUIRE_FALSE(told.changes.empty());
  CHECK(told.changes[0].type == ChangeType::prefix_anomaly);
  CHECK(told.changes[0].after ==
        "10.98.0.0/24 端口80 由前置设备应答：254 个地址中 250 个应答相同，不计资产");

  // Known from a run before: nothing new, unless it answers on other ports.
  const auto again = [&](const std::string& ports) {
    model::World before = told.after;
    before.middleboxes.push_back(box);
    auto next = seen;
    next.middleboxes[0].ports = *net::parse_ports(ports);
    const auto changes = reconcile(before, next).changes;
    return std::count_if(changes.begin(), changes.end(), [](const auto& change) {
      return change.type == ChangeType::prefix_anomaly;
    });
  };
  CHECK(again("80") == 0);
  CHECK(again("80,443") == 1);
}

TEST_CASE("refusals and a host open everywhere make no asset", "[resolve][reconcile]") {
  auto refuses = host(ip(1), {});
  refuses.closed = {at(ip(1), 22)};
  auto middlebox = host(ip(2), {{80, "", "", ""}, {81, "", "", ""}});
  for (auto& s : middlebox.services) s.verdict = Verdict::suspect_proxy;
  const auto told = after({}, run(1, 0, {refuses, middlebox}));
  CHECK(told.changes.empty());
  CHECK(told.world.assets.empty());
}

TEST_CASE("an upgraded version is one change of the component", "[resolve][reconcile]") {
  const auto before = world_of({host(ip(1), {{80, "http", "nginx", "1.18.0"}})});
  const auto told = after(before, run(2, 7, {host(ip(1), {{80, "http", "nginx", "1.22.1"}})}));
  CHECK(words(told.changes) == Lines{"组件变化 10.98.0.1 80: nginx 1.18.0 → nginx 1.22.1"});
  CHECK(told.changes[0].cause == model::Cause::observed);
  CHECK(told.changes[0].field == "service.product");
  CHECK(told.changes[0].object == "service");
  CHECK(told.changes[0].asset == before.assets[0].id);
}

TEST_CASE("a new rule release explains a new reading", "[resolve][reconcile]") {
  const auto with_release = [](HostSeen seen, const std::string& release) {
    for (auto& s : seen.services) {
      for (auto& c : s.claims) c.rule_release = release;
    }
    return seen;
  };
  const auto before = world_of({with_release(host(ip(1), {{80, "http", "nginx", "1.18"}}), "r1")});
  const auto told =
      after(before, run(2, 7, {with_release(host(ip(1), {{80, "http", "tengine", "2.3"}}), "r2")}));
  REQUIRE(told.changes.size() == 1);
  CHECK(told.changes[0].cause == model::Cause::rules);
}

TEST_CASE("unknown is not a value", "[resolve][reconcile]") {
  auto world = world_of({host(ip(1), {{80, "http", "nginx", "1.18.0"}})});
  for (int n = 2; n < 8; ++n) {  // the server stops telling its version, then its name
    const auto told =
        after(world, run(n, n, {host(ip(1), {{80, "http", n < 5 ? "nginx" : "", ""}})}));
    // What three full hearings did not say again is let go.
    CHECK(words(told.changes) == (n == 7 ? Lines{"组件变化 10.98.0.1 80: nginx → "} : Lines{}));
    world = told.world;
  }
  const auto told = after(world, run(9, 9, {host(ip(1), {{80, "http", "nginx", "1.18.0"}})}));
  CHECK(words(told.changes) == Lines{});
}

namespace {
// The releases behind what a host says.
HostSeen read_by(HostSeen seen, const std::string& release) {
  for (auto& s : seen.services) {
    for (auto& c : s.claims) c.rule_release = release;
  }
  for (auto& c : seen.claims) c.rule_release = release;
  return seen;
}
HostSeen on(HostSeen seen, const std::string& os) {
  if (!os.empty()) seen.claims.push_back(claim(field::kOs, json(os)));
  return seen;
}
}  // namespace

TEST_CASE("a site that was replaced loses its label after three covered runs",
          "[resolve][reconcile]") {
  const auto nginx = host(ip(1), {{80, "http", "nginx", "1.18.0"}});
  const auto page = host(ip(1), {{80, "http", "", ""}});
  auto world = world_of({nginx});
  const auto product = [&] { return world.assets[0].services.back().facts.at("service.product"); };
  for (int n = 2; n <= 3; ++n) {
    const auto told = after(world, run(n, n, {page}));
    CHECK(words(told.changes) == Lines{});
    world = told.world;
    CHECK(product().state == model::FactState::conflict);
    CHECK(product().confidence < 90);
  }
  SECTION("and says so") {
    const auto told = after(world, run(4, 4, {page}));
    REQUIRE(words(told.changes) == Lines{"组件变化 10.98.0.1 80: nginx 1.18.0 → "});
    CHECK(told.changes[0].cause == model::Cause::observed);
    CHECK_FALSE(told.world.assets[0].services[0].facts.contains("service.product"));
  }
  SECTION("one garbled answer, or two, leave no trace") {
    const auto told = after(world, run(4, 4, {nginx}));
    CHECK(words(told.changes) == Lines{});
    world = told.world;
    CHECK(product().state == model::FactState::automatic);
    CHECK(product().confidence == 90);
  }
  SECTION("a port that tells nothing, is silent, or was not asked, loses nothing") {
    for (int n = 4; n < 12; ++n) {
      auto mute = host(ip(1), {{80, "", "", ""}, {22, "ssh", "openssh", "9"}});
      world = after(world, run(n, n, {mute})).world;
      world =
          after(world, run(n + 20, n, {host(ip(1), {{22, "ssh", "openssh", "9"}})}, "22")).world;
    }
    CHECK(product().value == json("nginx", "1.18.0"));
    CHECK(world.assets[0].services.size() == 2);
  }
}

TEST_CASE("what the rules have taken back is told as theirs, of ports and hosts",
          "[resolve][reconcile]") {
  const auto world =
      world_of({on(read_by(host(ip(1), {{80, "http", "nginx", "1.18.0"}}), "r1"), "debian")});
  auto page = read_by(host(ip(1), {{80, "http", "", ""}}), "r2");
  const auto held = [](const std::vector<Claim>& claims, std::string_view name) {
    return *std::find_if(claims.begin(), claims.end(),
                         [&](const Claim& c) { return c.field == name; });
  };
  page.services[0].taken_back = {held(world.assets[0].services[0].claims, field::kProduct)};
  page.taken_back = {held(world.assets[0].claims, field::kOs)};
  const auto told = after(world, run(2, 1, {page}));
  REQUIRE(words(told.changes) ==
          Lines{"属性变化 10.98.0.1: debian → ", "组件变化 10.98.0.1 80: nginx 1.18.0 → "});
  for (const auto& change : told.changes) CHECK(change.cause == model::Cause::rules);
  CHECK(told.world.assets[0].facts.empty());
}

TEST_CASE("a first reading is told where other rules read what was held", "[resolve][reconcile]") {
  const auto before = world_of({read_by(host(ip(1), {{80, "http", "", ""}}), "r1")});
  const auto known = [](const std::string& release) {
    return run(2, 1, {read_by(on(host(ip(1), {{80, "http", "nginx", "1"}}), "debian"), release)});
  };
  CHECK(words(after(before, known("r1")).changes) == Lines{});
  const auto told = after(before, known("r2"));
  REQUIRE(words(told.changes) ==
          Lines{"属性变化 10.98.0.1:  → debian", "组件变化 10.98.0.1 80:  → nginx 1"});
  for (const auto& change : told.changes) CHECK(change.cause == model::Cause::rules);
  // New assets tell what they are with themselves.
  CHECK(words(after({}, known("r2")).changes).size() == 1);
}

TEST_CASE("what a host no longer shows stays, in doubt", "[resolve][reconcile]") {
  const auto shown = on(host(ip(1), {{80, "http", "nginx", "1"}, {22, "ssh", "", ""}}), "debian");
  auto world = world_of({shown});
  const auto os = [&] { return world.assets[0].facts.at("host.os"); };
  SECTION("where all that ever spoke was heard again") {
    for (int n = 2; n < 9; ++n) {
      const auto told =
          after(world, run(n, n, {host(ip(1), {{80, "http", "nginx", "1"}, {22, "ssh", "", ""}})}));
      CHECK(words(told.changes) == Lines{});
      world = told.world;
      CHECK(os().state == model::FactState::conflict);
    }
    CHECK(os().confidence < 50);
  }
  SECTION("where one port was silent it is not in doubt") {
    world = after(world, run(2, 2, {host(ip(1), {{80, "http", "nginx", "1"}})})).world;
    CHECK(os().state == model::FactState::automatic);
  }
}

TEST_CASE("ports open, close by refusal, and open again", "[resolve][reconcile]") {
  auto told = after(world_of({host(ip(1), kWeb)}),
                    run(2, 1, {host(ip(1), {kWeb[0], kWeb[1], {443, "http", "nginx", "1.18.0"}})}));
  CHECK(words(told.changes) == Lines{"新增端口 10.98.0.1 443:  → http nginx 1.18.0"});

  auto less = host(ip(1), {kWeb[0], {443, "http", "nginx", "1.18.0"}});
  less.closed = {at(ip(1), 80)};
  told = after(told.world, run(3, 2, {less}));
  CHECK(words(told.changes) == Lines{"关闭端口 10.98.0.1 80: http nginx 1.18.0 → "});

  told = after(told.world,
               run(4, 3, {host(ip(1), {kWeb[0], kWeb[1], {443, "http", "nginx", "1.18.0"}})}));
  CHECK(words(told.changes) == Lines{"新增端口 10.98.0.1 80:  → http nginx 1.18.0"});
}

TEST_CASE("a silent port is closed after three covered runs over seven days",
          "[resolve][reconcile]") {
  auto world = world_of({host(ip(1), kWeb)});
  const auto only_ssh = [] { return host(ip(1), {kWeb[0]}); };
  for (const int n : {1, 2, 3, 4}) {
    const auto told = after(world, run(n + 1, n, {only_ssh()}));
    CHECK(told.changes.empty());
    world = told.world;
    CHECK(world.assets[0].services[1].state == PortState::unseen);
  }
  const auto told = after(world, run(9, 8, {only_ssh()}));
  CHECK(words(told.changes) == Lines{"关闭端口 10.98.0.1 80: http nginx 1.18.0 → "});
}

TEST_CASE("a silent host is suspect, then missing, then back", "[resolve][reconcile]") {
  auto told = after(world_of({host(ip(1), kWeb)}), run(2, 1, {}));
  CHECK(words(told.changes) == Lines{"疑似离线 10.98.0.1: 在线 → 疑似离线"});
  told = after(told.world, run(3, 2, {}));
  CHECK(told.changes.empty());
  told = after(told.world, run(4, 9, {}));
  CHECK(words(told.changes) == Lines{"失联 10.98.0.1: 疑似离线 → 失联"});
  CHECK(told.world.assets[0].services[0].state == PortState::open);  // frozen
  told = after(told.world, run(5, 10, {host(ip(1), kWeb)}));
  CHECK(words(told.changes) == Lines{"恢复 10.98.0.1: 失联 → 在线"});
}

TEST_CASE("what a run did not ask is not gone", "[resolve][reconcile]") {
  const auto before = world_of({host(ip(1), kWeb), host(ip(2), kWeb)});
  SECTION("addresses left out") {
    auto seen = outcome(run(2, 1, {host(ip(2), kWeb)}), ip(1), HostOutcome::skipped);
    CHECK(after(before, seen).changes.empty());
  }
  SECTION("ports left out") {
    CHECK(after(before, run(2, 1, {}, "443")).changes.empty());
    CHECK(after(before, run(2, 1, {}, "22")).changes.empty());  // port 80 was not asked
  }
  SECTION("from a vantage that never heard them") {
    auto seen = run(2, 1, {});
    seen.run.vantage = "b";
    CHECK(after(before, seen).changes.empty());
  }
}

TEST_CASE("a replaced certificate is one change, on the same asset", "[resolve][reconcile]") {
  const auto https = [](const std::string& sha, const std::string& spki) {
    auto seen = host(ip(1), {{443, "http", "nginx", "1.18.0"}});
    seen.services[0].claims.push_back(claim(field::kCertificate, text(sha)));
    return with(std::move(seen), IdentifierType::tls_spki, spki);
  };
  const auto told =
      after(world_of({https("aa11", "k1-spki")}), run(2, 1, {https("bb22", "k2-spki")}));
  CHECK(words(told.changes) == Lines{"证书更换 10.98.0.1 443: aa11 → bb22"});
  CHECK(told.changes[0].object == "certificate");
  CHECK(told.world.assets.size() == 1);
}

TEST_CASE("virtual hosts of a port tell what happened to the port once", "[resolve][reconcile]") {
  const auto site = [](const std::string& version) {
    auto seen = host(ip(1), {{80, "http", "nginx", version}});
    auto named = service(ip(1), {80, "http", "nginx", version});
    named.vhost = "www.example.cn";
    seen.services.push_back(named);
    return seen;
  };
  auto told = after(world_of({site("1.18.0")}), run(2, 1, {site("1.22.1")}));
  CHECK(words(told.changes) == Lines{"组件变化 10.98.0.1 80: nginx 1.18.0 → nginx 1.22.1"});
  auto more = site("1.22.1");
  more.services.push_back(more.services[1]);
  more.services.back().vhost = "oa.example.cn";
  CHECK(after(told.world, run(3, 2, {more})).changes.empty());
}

TEST_CASE("verdicts of middleboxes and tarpits are no ports of the list", "[resolve][reconcile]") {
  const auto before = world_of({host(ip(1), kWeb)});
  auto seen = host(ip(1), {kWeb[0], kWeb[1], {8080, "", "", ""}, {8081, "", "", ""}});
  seen.services[2].verdict = Verdict::suspect_proxy;
  seen.services[3].verdict = Verdict::tarpit;
  auto told = after(before, run(2, 1, {seen}));
  CHECK(told.changes.empty());
  SECTION("and hide nothing behind them for ever") {
    seen.services[1].verdict = Verdict::suspect_proxy;
    told = after(told.world, run(3, 2, {seen}));
    CHECK(told.changes.empty());
    CHECK(told.world.assets[0].services[1].verdict == Verdict::open_verified);
    CHECK(told.world.assets[0].services[1].state == PortState::unseen);
  }
}

TEST_CASE("a port that no earlier run asked is new to us, by policy", "[resolve][reconcile]") {
  const auto first = run(1, 0, {host(ip(1), {kWeb[0]})}, "22");
  auto world = after({}, first).world;
  world.earlier = {first.coverage};
  const auto told = after(world, run(2, 1, {host(ip(1), kWeb)}));
  REQUIRE(words(told.changes) == Lines{"新增端口 10.98.0.1 80:  → http nginx 1.18.0"});
  CHECK(told.changes[0].cause == model::Cause::policy);
}

TEST_CASE("a correction that expires lets the world through", "[resolve][reconcile]") {
  auto world = world_of({host(ip(1), kWeb)});
  auto said = manual(field::kProduct, json("tengine", "2.3"), json("nginx", "1.18.0"));
  said.valid_until = day(5);
  world.assets[0].services[1].claims.push_back(said);
  world = rejudge(world, day(1)).after;
  CHECK(world.assets[0].services[1].facts.at("service.product").state == model::FactState::manual);
  CHECK(after(world, run(2, 2, {host(ip(1), kWeb)})).changes.empty());
  const auto told = after(world, run(3, 6, {host(ip(1), kWeb)}));
  REQUIRE(words(told.changes) == Lines{"组件变化 10.98.0.1 80: tengine 2.3 → nginx 1.18.0"});
  CHECK(told.changes[0].cause == model::Cause::manual);
}

TEST_CASE("a title, a system and a unit that change are told", "[resolve][reconcile]") {
  const auto seen = [](const std::string& title, const std::string& os, const std::string& unit) {
    auto made = host(ip(1), {{80, "http", "nginx", "1.18.0"}});
    model::WebsiteStatement website;
    website.title = title;
    made.services[0].claims.push_back(claim(field::kWebsite, model::to_json(website)));
    made.claims = {claim(field::kOs, json("debian", os)), claim(field::kUnit, text(unit), "scope")};
    return made;
  };
  const auto told = after(world_of({seen("办事大厅", "11", "市教育局")}),
                          run(2, 1, {seen("一网通办", "12", "市民政局")}));
  CHECK(words(told.changes) == Lines{"归属变更 10.98.0.1: 市教育局 → 市民政局",
                                     "属性变化 10.98.0.1: debian 11 → debian 12",
                                     "属性变化 10.98.0.1 80: 办事大厅 → 一网通办"});
  CHECK(told.changes[0].cause == model::Cause::policy);
}

TEST_CASE("a run older than what is held moves nothing", "[resolve][reconcile]") {
  auto world = after(world_of({host(ip(1), kWeb)}),
                     run(3, 5, {host(ip(1), {kWeb[0], {80, "http", "nginx", "1.22.1"}})}))
                   .world;
  CHECK(after(world, run(2, 2, {})).changes.empty());
  const auto told = after(world, run(2, 2, {host(ip(1), kWeb)}));
  CHECK(told.changes.empty());
  CHECK(told.world.assets == world.assets);
}
