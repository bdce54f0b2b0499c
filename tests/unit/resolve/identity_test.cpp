#include "qingdan/resolve/identity.h"
// covers: resolve/hygiene

#include <catch2/catch.hpp>

#include "qingdan/resolve/laws.h"
#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;
using model::ChangeType;
using model::IdentifierType;
using Lines = std::vector<std::string>;

namespace {
const Port kSsh{22, "ssh", "openssh", "9.2p1"};
const Port kHttp{80, "http", "nginx", "1.18.0"};
const Port kHttps{443, "http", "nginx", "1.18.0"};
const Port kSmb{445, "microsoft-ds", "windows-smb", ""};
const Port kRdp{3389, "ms-wbt-server", "windows-rdp", ""};
const Port kMysql{3306, "mysql", "mysql", "8.0.30"};

model::World world_of(const std::vector<HostSeen>& hosts) {
  return after({}, run(1, 0, hosts)).world;
}
bool same(const std::vector<Port>& before, const std::vector<Port>& now,
          const std::string& ports = "1-10000") {
  const auto world = world_of({host(ip(1), before)});
  return after(world, run(2, 1, {host(ip(1), now)}, ports)).world.assets.size() == 1;
}
HostSeen keyed(const net::Address& address, const std::string& key,
               std::vector<Port> ports = {kSsh, kHttp}) {
  return with(host(address, ports), IdentifierType::ssh_host_key, key);
}
}  // namespace

TEST_CASE("everyday changes are not another machine", "[resolve][identity]") {
  CHECK(same({kHttp}, {{80, "http", "nginx", "1.22.1"}}));
  CHECK(same({kHttp}, {kHttp, kHttps}));
  CHECK(same({kHttp, kHttps}, {kHttp}));
  CHECK(same({kSsh}, {kSsh, kHttp, kHttps, kMysql}));
  CHECK(same({kSsh, kHttp}, {kSsh, {80, "http", "apache", "2.4"}}));
  CHECK(same({kHttp}, {kHttps}));                         // moved to https
  CHECK(same({kHttp}, {{80, "http", "", ""}}));           // its name unknown today
  CHECK(same({kSsh, kHttp}, {kHttp, kHttps}, "80,443"));  // port 22 not asked
  CHECK(same({kSsh}, {kRdp}, "3389"));                    // nothing in common was asked
}

TEST_CASE("other services at the address are another machine", "[resolve][identity]") {
  CHECK_FALSE(same({kSsh, kHttp}, {kSmb, kRdp}));
  CHECK_FALSE(same({kMysql}, {kSmb}));
  CHECK_FALSE(same({kHttp}, {{80, "http", "iis", "10.0"}, kSmb, kRdp}));
}

TEST_CASE("an address reused tells both machines once", "[resolve][identity]") {
  auto before = world_of({host(ip(1), {kSsh, kHttp})});
  before.assets[0].claims.push_back(manual(field::kName, text("门户")));
  before = rejudge(before, day(0)).after;
  const auto told = after(before, run(2, 1, {host(ip(1), {kSmb, kRdp})}));
  CHECK(words(told.changes) == Lines{"IP复用 10.98.0.1: ZC-1 nginx 1.18.0 → windows-smb"});
  REQUIRE(told.world.assets.size() == 2);
  CHECK(told.world.assets[1].claims.empty());
  CHECK(told.world.assets[0].bindings[0].until == day(1));
  CHECK(check_world(told.world, day(1)).empty());
}

TEST_CASE("another SSH key at the address is another machine, however alike",
          "[resolve][identity]") {
  const auto before = world_of({keyed(ip(1), "key-a")});
  auto told = after(before, run(2, 1, {keyed(ip(1), "key-b")}));
  CHECK(count(told.changes, ChangeType::address_reused) == 1);
  SECTION("the record of the port goes with the address") {
    REQUIRE(told.world.assets.size() == 2);
    CHECK(told.world.assets[0].services.empty());
    CHECK(told.world.assets[1].services[0].id == before.assets[0].services[0].id);
  }
  SECTION("but not where the port of the old key was not asked") {
    auto seen = keyed(ip(1), "key-b", {{2222, "ssh", "openssh", "9.2p1"}});
    CHECK(after(before, run(2, 1, {seen}, "2222")).world.assets.size() == 1);
  }
}

TEST_CASE("a machine that moves keeps its number", "[resolve][identity]") {
  const auto told = after(world_of({keyed(ip(1), "key-a")}), run(2, 1, {keyed(ip(9), "key-a")}));
  CHECK(words(told.changes) == Lines{"地址变更 10.98.0.9: 10.98.0.1 → 10.98.0.9"});
  CHECK(told.world.assets.size() == 1);
  CHECK(check_world(told.world, day(1)).empty());
}

TEST_CASE("law 8: two machines with keys that swap addresses are two moves",
          "[resolve][identity]") {
  auto before =
      world_of({keyed(ip(1), "key-a", {kSsh, kHttp}), keyed(ip(2), "key-b", {kSsh, kMysql})});
  before.assets[0].claims.push_back(manual(field::kName, text("门户")));
  before = rejudge(before, day(0)).after;
  const auto told = after(
      before,
      run(2, 1, {keyed(ip(1), "key-b", {kSsh, kMysql}), keyed(ip(2), "key-a", {kSsh, kHttp})}));
  CHECK(words(told.changes) == Lines{"地址变更 10.98.0.2: 10.98.0.1 → 10.98.0.2",
                                     "地址变更 10.98.0.1: 10.98.0.2 → 10.98.0.1"});
  CHECK(told.world.assets.size() == 2);
  CHECK(told.world.assets[0].claims.size() == 1);
  CHECK(check_world(told.world, day(1)).empty());
}

TEST_CASE("law 8: without keys a swap is two reuses and no manual field moves",
          "[resolve][identity]") {
  auto before = world_of({host(ip(1), {kHttp}), host(ip(2), {kMysql})});
  before.assets[0].claims.push_back(manual(field::kName, text("门户")));
  before = rejudge(before, day(0)).after;
  const auto told = after(before, run(2, 1, {host(ip(1), {kMysql}), host(ip(2), {kHttp})}));
  CHECK(told.changes.size() == 2);
  CHECK(count(told.changes, ChangeType::address_reused) == 2);
  REQUIRE(told.world.assets.size() == 4);
  CHECK(told.world.assets[2].claims.empty());
  CHECK(told.world.assets[3].claims.empty());
  CHECK(check_world(told.world, day(1)).empty());
}

TEST_CASE("a key seen at two living addresses asks a person", "[resolve][identity]") {
  auto told = after({}, run(1, 0, {keyed(ip(1), "key-a"), keyed(ip(2), "key-a")}));
  CHECK(count(told.changes, ChangeType::asset_new) == 2);
  CHECK(count(told.changes, ChangeType::duplicate_suspected) == 1);
  told = after(told.world, run(2, 1, {keyed(ip(1), "key-a"), keyed(ip(2), "key-a")}));
  CHECK(told.changes.empty());
}

TEST_CASE("a serial seen at two addresses is one machine with two", "[resolve][identity]") {
  const auto router = [](const net::Address& address) {
    return with(host(address, {kSsh}), IdentifierType::serial, "FOC1234X0AB");
  };
  auto told = after({}, run(1, 0, {router(ip(1)), router(ip(2))}));
  CHECK(words(told.changes) == Lines{"新增资产 10.98.0.1:  → 10.98.0.1 openssh 9.2p1"});
  REQUIRE(told.world.assets.size() == 1);
  CHECK(told.world.assets[0].bindings.size() == 2);
  told = after(told.world, run(2, 1, {router(ip(1)), router(ip(2)), router(ip(3))}));
  CHECK(words(told.changes) ==
        Lines{"地址变更 10.98.0.1: 10.98.0.1; 10.98.0.2 → 10.98.0.1; 10.98.0.2; 10.98.0.3"});
  CHECK(check_world(told.world, day(1)).empty());
}

TEST_CASE("an SNMP engine id seen at two living addresses asks a person", "[resolve][identity]") {
  const auto printer = [](const net::Address& address) {
    return with(host(address, {kHttp}), IdentifierType::snmp_engine_id, "80001f8804deadbeef");
  };
  const auto told = after({}, run(1, 0, {printer(ip(1)), printer(ip(2))}));
  CHECK(told.world.assets.size() == 2);
  CHECK(count(told.changes, ChangeType::duplicate_suspected) == 1);
  const auto moved = after(told.world, run(2, 1, {printer(ip(1)), printer(ip(9))}));
  CHECK(words(moved.changes) == Lines{"地址变更 10.98.0.9: 10.98.0.2 → 10.98.0.9"});  // the one gone
}

TEST_CASE("a key on more than three machines identifies none", "[resolve][identity]") {
  std::vector<HostSeen> clones;
  for (std::uint32_t n = 1; n <= 6; ++n) clones.push_back(keyed(ip(n), "cloned-key"));
  auto told = after({}, run(1, 0, clones));
  CHECK(count(told.changes, ChangeType::duplicate_suspected) == 0);
  clones.pop_back();
  clones.push_back(keyed(ip(200), "cloned-key"));
  told = after(told.world, run(2, 1, clones));
  CHECK(count(told.changes, ChangeType::asset_new) == 1);
  CHECK(count(told.changes, ChangeType::address_changed) == 0);
}

TEST_CASE("values that many have by nature tell nothing", "[resolve][identity]") {
  const auto mac = [](const std::string& value) {
    return is_telling({IdentifierType::mac, value});
  };
  CHECK(mac("00:1e:67:aa:bb:cc"));
  CHECK_FALSE(mac("00:00:00:00:00:00"));
  CHECK_FALSE(mac("02:42:ac:11:00:02"));  // locally administered
  CHECK_FALSE(mac("01:00:5e:00:00:01"));  // multicast
  CHECK_FALSE(mac("00-00-5E-00-01-0A"));  // VRRP
  CHECK_FALSE(mac("0000.0c07.ac05"));     // HSRP
  CHECK_FALSE(mac("no mac"));
  CHECK_FALSE(is_telling({IdentifierType::host_name, "localhost.localdomain"}));
  CHECK_FALSE(is_telling({IdentifierType::serial, "0000000000"}));
}

TEST_CASE("two names and a silent old address move an asset; one name does not",
          "[resolve][identity]") {
  const auto named = [](const net::Address& address, bool both) {
    auto seen = with(host(address, {kHttp}), IdentifierType::host_name, "oa.example.cn");
    return both ? with(std::move(seen), IdentifierType::host_name, "OA-SRV1") : seen;
  };
  const auto before = world_of({named(ip(1), true)});
  CHECK(count(after(before, run(2, 1, {named(ip(9), true)})).changes,
              ChangeType::address_changed) == 1);
  CHECK(count(after(before, run(2, 1, {named(ip(9), false)})).changes, ChangeType::asset_new) == 1);
  const auto both = after(before, run(2, 1, {named(ip(1), true), named(ip(9), true)}));
  CHECK(count(both.changes, ChangeType::duplicate_suspected) == 1);
}

TEST_CASE("identity never crosses zones", "[resolve][identity]") {
  auto elsewhere = keyed(ip(1), "key-a");
  elsewhere.zone = "互联网区";
  for (auto& s : elsewhere.services) s.at.zone = elsewhere.zone;
  const auto told = after(world_of({keyed(ip(1), "key-a")}), run(2, 1, {elsewhere}));
  CHECK(count(told.changes, ChangeType::asset_new) == 1);
}

TEST_CASE("what a person said of an address goes before every rule", "[resolve][identity]") {
  auto before = world_of({keyed(ip(1), "key-a")});
  SECTION("it is the asset") {
    before.assertions = {{true, before.assets[0].id, kZone, ip(1), "更换主板", {}}};
    const auto told = after(before, run(2, 1, {keyed(ip(1), "key-b", {kSmb})}));
    CHECK(told.world.assets.size() == 1);
    CHECK(told.world.assets[0].identity_rule == 1);
  }
  SECTION("it is not") {
    before.assertions = {{false, before.assets[0].id, kZone, ip(9), "克隆", {}}};
    const auto told = after(before, run(2, 1, {keyed(ip(9), "key-a")}));
    CHECK(count(told.changes, ChangeType::asset_new) == 1);
    CHECK(count(told.changes, ChangeType::asset_suspect) == 1);
  }
}

TEST_CASE("the rule that matched is kept", "[resolve][identity]") {
  const auto seen = run(2, 1, {keyed(ip(1), "key-a"), host(ip(2), {kHttp}), host(ip(3), {kHttp})});
  const auto before = world_of({keyed(ip(1), "key-a"), host(ip(2), {kHttp})});
  const auto matches = match_hosts(before, seen);
  CHECK(matches[0].rule == 2);
  CHECK(matches[0].reason == std::string(model::to_string(IdentifierType::ssh_host_key)));
  CHECK(matches[1].rule == 4);
  CHECK(matches[2].rule == 5);
}
