// What people say: corrections, taken back, refused.
#include "fixture.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/store.h"

namespace qingdan::registry {
namespace {
using namespace test;

TEST_CASE("a correction is a claim of its own and stands in the ledger", "[registry][store]") {
  Filled filled;
  ManualClaim manual{"ZC-000001", {}, "", {}};
  manual.claim.field = model::field::kName;
  manual.claim.value = "\"市门户网站\"";
  manual.claim.actor = "张三";
  manual.claim.reason = "电话核实";
  manual.claim.basis_value = "\"web\"";
  CHECK(take(filled.store.set_manual(manual)) == model::AssetId{1});
  manual.service = at("192.0.2.7", 22);
  manual.claim.field = model::field::kProduct;
  manual.claim.value = product("OpenSSH", "9.3");
  take(filled.store.set_manual(manual));

  auto world = take(filled.store.load_world());
  REQUIRE(world.assets[0].claims.size() == 2);
  CHECK(world.assets[0].claims[0].source == "manual");
  CHECK(world.assets[0].claims[0].basis_value == "\"web\"");
  CHECK(world.assets[0].services[0].claims.size() == 3);
  CHECK_FALSE(world.assets[0].facts.contains("asset.name"));  // facts are resolve's

  std::vector<AuditEntry> entries;
  done(read_audit(filled.path, [&](const AuditEntry& entry) {
    entries.push_back(entry);
    return true;
  }));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].actor == "张三");
  CHECK(entries[0].subject == "ZC-000001");
  CHECK_THAT(entries[0].detail, Catch::Contains("市门户网站") && Catch::Contains("电话核实"));

  manual.claim.reason = "误填";
  take(filled.store.withdraw_manual(manual));
  world = take(filled.store.load_world());
  CHECK(world.assets[0].services[0].claims.size() == 2);
  const auto twice = filled.store.withdraw_manual(manual);
  REQUIRE_FALSE(twice);
  CHECK_THAT(twice.error().text, Catch::Contains("has no correction of service.product"));
}

TEST_CASE("a correction of nothing, or without a reason, is refused", "[registry][store]") {
  Filled filled;
  ManualClaim manual{"ZC-000009", {}, "", {}};
  manual.claim.field = model::field::kName;
  manual.claim.value = "\"x\"";
  const auto blank = filled.store.set_manual(manual);
  REQUIRE_FALSE(blank);
  CHECK_THAT(blank.error().text, Catch::Contains("reason"));
  manual.claim.reason = "r";
  const auto nobody = filled.store.set_manual(manual);
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == ErrorCode::input);
  CHECK_THAT(nobody.error().text, Catch::Contains("ZC-000009"));
  manual.asset = "ZC-000001";
  manual.service = at("192.0.2.7", 9999);
  CHECK_FALSE(filled.store.set_manual(manual));
}

}  // namespace
}  // namespace qingdan::registry
