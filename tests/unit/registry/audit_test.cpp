// The ledger's chain, verification of the whole file, backup and restore.
// covers: registry/care
#include "qingdan/registry/audit.h"

#include "fixture.h"
#include "qingdan/registry/seal.h"

namespace qingdan::registry {
namespace {
using namespace test;

std::vector<std::string> faults(const std::string& path) { return take(verify(path)).faults; }

TEST_CASE("a sound register has no fault and says what was looked at", "[registry][audit]") {
  Filled filled;
  done(write_audit(filled.store, {1}, "张三", "export", "清单.xlsx", R"({"rows":2})"));
  take(seal(filled.store, {2}, "张三"));
  const auto verification = take(verify(filled.path));
  CHECK(verification.faults == std::vector<std::string>{});
  CHECK(std::count(verification.checked.begin(), verification.checked.end(),
                   "2 entries of the audit log") == 1);
  CHECK(std::count(verification.checked.begin(), verification.checked.end(),
                   "2 assets, 4 services, 2 changes") == 1);
}

TEST_CASE("the ledger can only grow", "[registry][audit]") {
  Filled filled;
  auto& database = filled.store.database();
  for (int i = 0; i < 3; ++i)
    done(write_audit(filled.store, {i}, "a", "export", std::to_string(i), "{}"));
  CHECK_FALSE(database.run("UPDATE audit_log SET actor = 'b'"));
  CHECK_THAT(database.outcome().error().text, Catch::Contains("append-only"));
  CHECK_FALSE(database.run("DELETE FROM audit_log WHERE seq = 3"));
  CHECK_THAT(database.outcome().error().text, Catch::Contains("append-only"));
  CHECK_FALSE(write_audit(filled.store, {9}, "a", "export", "x", "not JSON"));
  CHECK(faults(filled.path).empty());
}

TEST_CASE("whoever gets round the ledger's guards is found out", "[registry][audit]") {
  Filled filled;
  auto& database = filled.store.database();
  for (int i = 0; i < 3; ++i)
    done(write_audit(filled.store, {i}, "a", "export", std::to_string(i), "{}"));
  std::string guard;
  {
    auto row = database.ask(
        "SELECT group_concat(sql, '; ') FROM sqlite_schema WHERE name LIKE 'audit_log_is%'");
    REQUIRE(row.next());
    guard = row.text(0);
  }
  database.execute(
      "DROP TRIGGER audit_log_is_never_changed; DROP TRIGGER audit_log_is_never_shortened");
  const auto [sql, fault] = GENERATE(table<std::string, std::string>({
      {"UPDATE audit_log SET actor = 'b' WHERE seq = 2", "entry 2 of the audit log was altered"},
      {"DELETE FROM audit_log WHERE seq = 2", "the audit log lacks entry 2"},
      {"DELETE FROM audit_log WHERE seq = 3", "the audit log lacks its last entries, after 2"},
      {"UPDATE audit_log SET at = 7 WHERE seq = 1", "entry 1 of the audit log was altered"},
  }));
  database.execute(sql);
  database.execute(guard);
  done(database.outcome());
  CHECK(faults(filled.path) == std::vector<std::string>{fault});
}

TEST_CASE("each kind of damage is a fault", "[registry][audit]") {
  Filled filled;
  auto& database = filled.store.database();
  take(seal(filled.store, {2}, "张三"));
  model::Observation seen;
  seen.at = at("192.0.2.7", 22);
  seen.raw = {1};
  done(filled.store.add(filled.run, std::vector{seen}));
  const auto [sql, fault] = GENERATE(table<std::string, std::string>({
      {"UPDATE blob SET content = x'02'", "does not fit its digest"},
      {"PRAGMA foreign_keys = OFF; DELETE FROM zone", "refer to a zone that is not there"},
      {"CREATE TABLE extra (x INTEGER) STRICT",
       "its tables are not those of schema " + std::to_string(schema_version())},
      {"UPDATE service SET protocol = 'x' WHERE id = 1",
       "1 services are listed with another protocol"},
      {"UPDATE service SET product_id = NULL", "4 services are listed with another product"},
      {"UPDATE asset SET unit = 'x' WHERE id = 1", "1 assets are listed with another 单位"},
      {"UPDATE addr_binding SET until = since WHERE asset_id = 1", "services stand at addresses"},
      {"DELETE FROM coverage_block; DELETE FROM run_exclusion; DELETE FROM coverage",
       "without coverage"},
      {"DELETE FROM snapshot_asset WHERE asset_id = 1",
       "snapshot " + format_date({2}) + "/1 does not fit its digest"},
      {"UPDATE service_claims SET content = x'02' WHERE service_id = 1", "claims cannot be read"},
      {"DELETE FROM service_claims WHERE service_id = 1", "facts cannot be read"},
      {"DELETE FROM word WHERE text = 'r1'", "there is no word"},
      {"INSERT INTO asset_claims (id, content) VALUES (99 << 20 | 1, x'01')",
       "1 sets of claims are of no asset"},
      {"UPDATE service_claims SET id = id | 4096 WHERE service_id = 1",
       "1 sets of claims are of no service or of no source"},
      {"DELETE FROM asset_facts WHERE asset_id = 1",
       ""},  // facts can be rebuilt; resolve's law holds them
  }));
  INFO(sql);
  database.execute(sql);
  done(database.outcome());
  const auto found = faults(filled.path);
  if (fault.empty()) {
    CHECK(found.empty());
  } else {
    REQUIRE_FALSE(found.empty());
    CHECK_THAT(found[0], Catch::Contains(fault));
  }
}

TEST_CASE("two holders of one address in the past are found", "[registry][audit]") {
  Filled filled;
  auto& database = filled.store.database();
  database.execute(
      "INSERT INTO addr_binding SELECT 2, zone_id, ip, since + 5, since + 9 FROM addr_binding "
      "WHERE asset_id = 1");
  done(database.outcome());
  CHECK(faults(filled.path) ==
        std::vector<std::string>{"1 addresses are held by two assets at one time"});
}

TEST_CASE("a backup is whole, taken beside the writer, and never over another file",
          "[registry][audit]") {
  Filled filled;
  const auto copy = filled.dir.file("copy.db");
  Transaction writing(filled.store.database());
  filled.store.database().run("UPDATE asset SET name = 'half'");
  done(backup(filled.path, copy));
  CHECK(faults(copy).empty());
  auto database = take(open_for_reading(copy));
  CHECK(database->number("SELECT count(*) FROM asset WHERE name = 'half'") == 0);
  CHECK(database->number("SELECT count(*) FROM service") == 4);
  const auto twice = backup(filled.path, copy);
  REQUIRE_FALSE(twice);
  CHECK_THAT(twice.error().text, Catch::Contains("exists already"));
  CHECK_FALSE(backup(filled.dir.file("none.db"), filled.dir.file("x.db")));
  CHECK_FALSE(backup(filled.path, filled.dir.file("no/such/dir.db")));
}

TEST_CASE("a restored register is the backup, the replaced one is kept", "[registry][audit]") {
  TempDir dir;
  const auto path = dir.file("r.db");
  const auto copy = dir.file("copy.db");
  VirtualClock clock;
  {
    Filled filled;
    done(backup(filled.path, copy));
    const auto busy = restore(copy, filled.path, clock);
    REQUIRE_FALSE(busy);
    CHECK_THAT(busy.error().text, Catch::Contains("is being written"));
  }
  std::ofstream(path) << "rubbish";
  done(restore(copy, path, clock));
  CHECK(slurp(path + ".before-restore-" + std::to_string(clock.now().value)) == "rubbish");
  CHECK(faults(path).empty());
  Rng rng(1);
  CHECK(take(take(Store::open(path, clock, rng)).load_world()).assets.size() == 2);
  done(restore(copy, dir.file("new.db"), clock));
  CHECK(faults(dir.file("new.db")).empty());
}

TEST_CASE("a damaged backup is not restored", "[registry][audit]") {
  Filled filled;
  const auto copy = filled.dir.file("copy.db");
  done(backup(filled.path, copy));
  std::fstream(copy, std::ios::in | std::ios::out | std::ios::binary).seekp(8192)
      << std::string(4096, '\xAB');
  const auto target = filled.dir.file("target.db");
  const auto restored = restore(copy, target, filled.clock);
  REQUIRE_FALSE(restored);
  CHECK_FALSE(std::filesystem::exists(target));
}

}  // namespace
}  // namespace qingdan::registry
