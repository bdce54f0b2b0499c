// Two records that a person says are one machine: one asset in every list, two again when taken
// back (register.md, law 7).
#include "registry/merges.h"

#include "fixture.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/query.h"
#include "qingdan/registry/seal.h"

namespace qingdan::registry {
namespace {
using namespace test;

const MergeStatement kSame{"ZC-000002", "同一台服务器的两块网卡", "张三"};

std::vector<AssetRow> assets(const std::string& path, const std::string& query = "") {
  std::vector<AssetRow> rows;
  done(take(Query::open(path)).assets(take(parse_filter(query)), [&](const AssetRow& row) {
    rows.push_back(row);
    return true;
  }));
  return rows;
}

std::vector<ServiceRow> services(const std::string& path, const std::string& query = "") {
  std::vector<ServiceRow> rows;
  done(take(Query::open(path)).services(take(parse_filter(query)), [&](const ServiceRow& row) {
    rows.push_back(row);
    return true;
  }));
  return rows;
}

model::AssetRecord found(const std::string& path, const std::string& name) {
  auto asset = take(take(Query::open(path)).find_asset(name));
  REQUIRE(asset);
  return std::move(*asset);
}

TEST_CASE("merged assets are one in every list", "[registry][merges]") {
  Filled filled;
  CHECK(take(filled.store.merge("ZC-000001", kSame)) == "ZC-000001");

  const auto listed = assets(filled.path);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].asset == "ZC-000001");
  CHECK(listed[0].ip == "192.0.2.7");
  CHECK(listed[0].other_ips == std::vector<std::string>{"192.0.2.8"});
  CHECK(listed[0].services == 4);
  CHECK(assets(filled.path, "ip=192.0.2.8").size() == 1);
  CHECK(assets(filled.path, "asset=ZC-000002").size() == 1);
  CHECK(assets(filled.path, "port=22 asset=ZC-000001").size() == 1);

  for (const auto& row : services(filled.path)) CHECK(row.asset == "ZC-000001");
  CHECK(services(filled.path, "asset=ZC-000001").size() == 4);
  CHECK(services(filled.path, "asset=ZC-000002").size() == 4);
  CHECK(services(filled.path, "asset!=ZC-000001").empty());

  const auto sealed = take(seal(filled.store, {1}, "张三"));
  CHECK(sealed.assets == 1);
  CHECK(sealed.services == 4);
  CHECK(take(verify(filled.path)).faults.empty());
}

TEST_CASE("the old number and the old address answer with the survivor", "[registry][merges]") {
  Filled filled;
  take(filled.store.merge("ZC-000001", kSame));
  for (const std::string name : {"ZC-000001", "ZC-000002", "192.0.2.7", "192.0.2.8"}) {
    const auto asset = found(filled.path, name);
    CHECK(asset.number == "ZC-000001");
    CHECK(asset.bindings.size() == 2);
    CHECK(asset.services.size() == 4);
  }
}

TEST_CASE("merge and back restore both field for field", "[registry][merges]") {
  Filled filled;
  const auto before = take(filled.store.load_world());
  const auto one = found(filled.path, "ZC-000001");
  const auto other = found(filled.path, "ZC-000002");
  take(filled.store.merge("ZC-000001", kSame));
  CHECK(take(filled.store.load_world()).assets == before.assets);  // nothing moved
  CHECK(take(filled.store.unmerge({"ZC-000002", "误判", "张三"})) == "ZC-000001");
  CHECK(found(filled.path, "ZC-000001") == one);
  CHECK(found(filled.path, "ZC-000002") == other);
  CHECK(take(filled.store.load_world()).assets == before.assets);
  CHECK(assets(filled.path).size() == 2);
}

TEST_CASE("chains answer under one number and come apart link by link", "[registry][merges]") {
  Filled filled;
  filled.census({"192.0.2.9"});
  CHECK(take(filled.store.merge("ZC-000002", {"ZC-000003", "r", "a"})) == "ZC-000002");
  CHECK(take(filled.store.merge("ZC-000001", kSame)) == "ZC-000001");
  CHECK(found(filled.path, "ZC-000003").number == "ZC-000001");
  CHECK(assets(filled.path).size() == 1);

  CHECK(take(filled.store.unmerge({"ZC-000002", "r", "a"})) == "ZC-000001");
  CHECK(found(filled.path, "ZC-000003").number == "ZC-000002");
  CHECK(found(filled.path, "ZC-000001").bindings.size() == 1);
  const auto said = take(filled.store.load_world()).assertions;
  REQUIRE(said.size() == 3);
  CHECK(said[0].same);  // 3 into 2, still
  CHECK_FALSE(said[1].same);
  CHECK(said[1].asset == model::AssetId{1});
  CHECK(said[1].other == model::AssetId{2});
  CHECK(said[2].other == model::AssetId{3});  // all of the one family from all of the other
}

TEST_CASE("who merges again takes back that they never are one", "[registry][merges]") {
  Filled filled;
  take(filled.store.merge("ZC-000001", kSame));
  take(filled.store.unmerge({"ZC-000002", "误判", "张三"}));
  take(filled.store.merge("ZC-000001", kSame));
  const auto said = take(filled.store.load_world()).assertions;
  REQUIRE(said.size() == 1);
  CHECK(said[0].same);
  CHECK(said[0].reason == kSame.reason);
}

TEST_CASE("merging is in the ledger and among the changes", "[registry][merges]") {
  Filled filled;
  take(filled.store.merge("ZC-000001", kSame));
  take(filled.store.unmerge({"ZC-000002", "误判", "李四"}));
  std::vector<model::Change> changes;
  done(take(Query::open(filled.path)).changes({}, [&](const model::Change& change) {
    if (change.cause == model::Cause::merge) changes.push_back(change);
    return true;
  }));
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].asset_number == "ZC-000002");
  CHECK(changes[0].before == "ZC-000002");
  CHECK(changes[0].after == "ZC-000001");
  CHECK(changes[0].evidence == kSame.reason);
  CHECK(changes[1].before == "ZC-000001");
  CHECK(changes[1].after == "ZC-000002");
  std::string ledger;
  done(read_audit(filled.path, [&](const AuditEntry& entry) {
    ledger += entry.action + " " + entry.subject + " " + entry.actor + ";";
    return true;
  }));
  CHECK(ledger == "merge ZC-000002 张三;unmerge ZC-000002 李四;");
}

TEST_CASE("what a run finds of a member is told of the survivor", "[registry][merges]") {
  Filled filled;
  take(filled.store.merge("ZC-000001", kSame));
  const auto before = take(filled.store.load_world());
  model::Reconciled reconciled{before, {}};
  auto change = new_asset_change(1, "192.0.2.8", filled.run);
  change.type = model::ChangeType::port_opened;
  reconciled.changes.push_back(change);
  const auto applied = take(filled.store.apply(before, reconciled));
  ChangeFilter filter;
  filter.after_seq = applied.first_seq - 1;
  std::string number;
  done(take(Query::open(filled.path)).changes(filter, [&](const model::Change& told) {
    number = told.asset_number;
    return true;
  }));
  CHECK(number == "ZC-000001");
}

TEST_CASE("what cannot be merged is refused and nothing written", "[registry][merges]") {
  Filled filled;
  const auto refused = [&](const Result<std::string>& result, const std::string& word) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::input);
    CHECK_THAT(result.error().text, Catch::Contains(word));
  };
  refused(filled.store.merge("ZC-000001", {"ZC-000002", " \t", "a"}), "reason");
  refused(filled.store.merge("ZC-000001", {"ZC-000001", "r", "a"}), "one asset already");
  refused(filled.store.merge("ZC-000009", kSame), "ZC-000009");
  refused(filled.store.merge("ZC-000001", {"ZC-000009", "r", "a"}), "ZC-000009");
  refused(filled.store.unmerge(kSame), "was not merged");
  refused(filled.store.unmerge({"ZC-000002", "", "a"}), "reason");
  CHECK(take(filled.store.load_world()).assertions.empty());

  filled.census({"192.0.2.9"});
  take(filled.store.merge("ZC-000001", kSame));
  refused(filled.store.merge("ZC-000001", kSame), "one asset already");
  refused(filled.store.merge("ZC-000002", {"ZC-000001", "r", "a"}), "one asset already");
  refused(filled.store.merge("ZC-000003", kSame), "was merged into ZC-000001");
  refused(filled.store.unmerge({"ZC-000001", "r", "a"}), "was not merged");
}

TEST_CASE("a family is folded in the order of its numbers", "[registry][merges]") {
  auto survivor = asset("192.0.2.1", {1});
  auto member = asset("192.0.2.2", {1});
  survivor.presence = model::Presence::missing;
  survivor.facts.clear();
  survivor.facts["asset.unit"].value = "\"甲\"";
  member.facts["asset.unit"].value = "\"乙\"";
  member.facts["asset.name"].value = "\"门户\"";
  member.last_seen = {1'790'000'000'000};
  const auto folded = fold(survivor, {member});
  CHECK(folded.presence == model::Presence::online);
  CHECK(folded.facts.at("asset.unit").value == "\"甲\"");
  CHECK(folded.facts.at("asset.name").value == "\"门户\"");
  CHECK(folded.last_seen == member.last_seen);
  CHECK(folded.identifiers == survivor.identifiers);  // the same two
  CHECK(folded.services.size() == 4);
  CHECK(fold(survivor, {}) == survivor);
}

}  // namespace
}  // namespace qingdan::registry
