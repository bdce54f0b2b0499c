// Migrations: what they add up to, what they refuse, and that every old register arrives.
#include "registry/migrate.h"

#include "fixture.h"

namespace qingdan::registry {
namespace {
using namespace test;

const std::string kSource = QINGDAN_SOURCE_DIR;

std::unique_ptr<Database> fresh(const TempDir& dir) {
  auto database = take(Database::open(dir.file("fresh.db"), Database::Mode::create));
  done(migrate(*database, {1}));
  return database;
}

TEST_CASE("the migrations add up to schema/current.sql byte for byte", "[registry][migrate]") {
  TempDir dir;
  auto database = fresh(dir);
  CHECK(take(dump_schema(*database)) == slurp(kSource + "/schema/current.sql"));
}

TEST_CASE("a migration that is out is never edited", "[registry][migrate]") {
  std::string lines;
  for (const auto& file : embedded_migrations()) {
    lines += net::sha256_hex(as_bytes(file.content)) + "  " + std::string(file.name) + "\n";
  }
  CHECK(lines == slurp(kSource + "/tests/golden/schema/migrations.sha256"));
}

TEST_CASE("migrations are numbered without a gap and say why they are", "[registry][migrate]") {
  int number = 0;
  for (const auto& file : embedded_migrations()) {
    const auto digits = std::to_string(++number);
    CHECK(file.name.starts_with(std::string(4 - digits.size(), '0') + digits + "_"));
    CHECK(file.content.starts_with("-- " + std::string(file.name) + ": "));
    CHECK(file.content.find("Old rows:") != std::string_view::npos);
    CHECK(file.content.find("Read by:") != std::string_view::npos);
  }
}

TEST_CASE("every table is STRICT", "[registry][migrate]") {
  TempDir dir;
  auto database = fresh(dir);
  CHECK(
      database->number("SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 "
                       "AND name NOT LIKE 'sqlite_%'") == 0);
}

TEST_CASE("a register of every earlier version arrives with its rows", "[registry][migrate]") {
  for (int version = 1; version <= schema_version(); ++version) {
    TempDir dir;
    const auto path = dir.file("old.db");
    const auto digits = std::to_string(version);
    INFO("schema version " << version);
    const auto dump = slurp(kSource + "/tests/golden/schema/v" +
                            std::string(4 - digits.size(), '0') + digits + ".sql");
    REQUIRE_FALSE(dump.empty());
    {
      auto database = take(Database::open(path, Database::Mode::create));
      database->execute(dump);
      done(database->outcome());
    }
    VirtualClock clock;
    Rng rng(1);
    auto store = take(Store::open(path, clock, rng));
    auto& database = store.database();
    CHECK(take(dump_schema(database)) == slurp(kSource + "/schema/current.sql"));
    CHECK(database.number("PRAGMA user_version") == schema_version());
    CHECK(database.number("SELECT count(*) FROM run WHERE authorisation = '〔2026〕1号'") == 1);
    CHECK(database.number("SELECT count(*) FROM coverage_block") == 1);
    if (version >= 2)
      CHECK(database.number("SELECT count(*) FROM observation JOIN blob USING (sha256)") == 1);
    if (version >= 3) {
      const auto world = take(store.load_world());
      REQUIRE(world.assets.size() == (version >= 6 ? 3 : 1));
      CHECK(world.assets[0].number == "ZC-000007");
      CHECK(world.assets[0].facts.at("asset.name").value == "\"网站\"");
      CHECK(world.assets[0].services.size() == 1);
    }
    if (version >= 7) CHECK(take(store.load_world()).assertions.size() == 2);
    if (version >= 4)
      CHECK(database.number("SELECT seq FROM change_event WHERE type = '新增资产'") == 5);
  }
}

std::string refusal(const std::string& path) {
  VirtualClock clock;
  Rng rng(1);
  const auto store = Store::open(path, clock, rng);
  return store ? "" : store.error().text;
}

TEST_CASE("what is no register of ours is refused and left as it was", "[registry][migrate]") {
  TempDir dir;
  const auto path = dir.file("x.db");

  SECTION("a text file") {
    std::ofstream(path) << std::string(5000, 'x');
    const auto before = slurp(path);
    CHECK_THAT(refusal(path),
               Catch::Contains("is not a qingdan register (file is not a database)"));
    CHECK(slurp(path) == before);
  }
  SECTION("a database of another program") {
    take(Database::open(path, Database::Mode::create))
        ->execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    const auto before = slurp(path);
    CHECK_THAT(refusal(path), Catch::Contains("it is an SQLite database of another program"));
    CHECK(slurp(path) == before);
  }
  SECTION("a register of a newer program") {
    {
      auto database = take(Database::open(path, Database::Mode::create));
      done(migrate(*database, {1}));
      database->execute("PRAGMA user_version = 99");
    }
    const auto before = slurp(path);
    CHECK_THAT(refusal(path),
               Catch::Contains("was written by a newer qingdan (schema 99, this program knows " +
                               std::to_string(schema_version()) + ")"));
    CHECK(slurp(path) == before);
  }
  SECTION("a register whose migrations are not ours") {
    {
      auto database = take(Database::open(path, Database::Mode::create));
      done(migrate(*database, {1}));
      database->run("UPDATE schema_migration SET sha256 = ? WHERE id = 2", std::string(64, '0'));
    }
    CHECK_THAT(refusal(path), Catch::Contains("migration 2 is not the one this program knows"));
  }
  SECTION("a directory") {
    std::filesystem::create_directory(path);
    CHECK_THAT(refusal(path), Catch::Contains("cannot open the register " + path));
  }
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) ==
        1);  // no lock, no journal
}

TEST_CASE("an empty file becomes a register", "[registry][migrate]") {
  TempDir dir;
  const auto path = dir.file("x.db");
  std::ofstream(path).flush();
  CHECK(refusal(path).empty());
}

}  // namespace
}  // namespace qingdan::registry
