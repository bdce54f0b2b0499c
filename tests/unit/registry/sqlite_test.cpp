// Connections, statements and transactions: what is kept, what is taken back, what is said.
#include "registry/sqlite.h"

#include "fixture.h"

namespace qingdan::registry {
namespace {
using namespace test;

TEST_CASE("a transaction that is not committed leaves nothing", "[registry][sqlite]") {
  TempDir dir;
  auto database = take(Database::open(dir.file("a.db"), Database::Mode::create));
  database->execute("CREATE TABLE t (x INTEGER) STRICT");
  {
    Transaction transaction(*database);
    database->run("INSERT INTO t VALUES (?)", 1);
  }
  CHECK(database->number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("after the first error nothing more is done and commit says the error",
          "[registry][sqlite]") {
  TempDir dir;
  auto database = take(Database::open(dir.file("a.db"), Database::Mode::create));
  database->execute("CREATE TABLE t (x INTEGER NOT NULL CHECK (x < 10)) STRICT");
  Transaction transaction(*database);
  CHECK(database->run("INSERT INTO t VALUES (?)", 1));
  CHECK_FALSE(database->run("INSERT INTO t VALUES (?)", 11));
  CHECK_FALSE(database->run("INSERT INTO t VALUES (?)", 2));
  const auto outcome = transaction.commit();
  REQUIRE_FALSE(outcome);
  CHECK_THAT(outcome.error().text, Catch::Contains("CHECK constraint failed"));
  CHECK(outcome.error().text.find('\n') == std::string::npos);
  CHECK(database->number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("values come back as they went in", "[registry][sqlite]") {
  TempDir dir;
  auto database = take(Database::open(dir.file("a.db"), Database::Mode::create));
  database->execute("CREATE TABLE t (i INTEGER, r REAL, t TEXT, b BLOB, n TEXT) STRICT");
  const std::string text("清\0单", 7);
  const Bytes bytes{0, 255, 0};
  database->run("INSERT INTO t VALUES (?, ?, ?, ?, ?)", std::int64_t{-5}, 0.25, text, bytes,
                nullptr);
  auto row = database->ask("SELECT * FROM t");
  REQUIRE(row.next());
  CHECK(row.integer(0) == -5);
  CHECK(row.real(1) == 0.25);
  CHECK(row.text(2) == text);
  CHECK(Bytes(row.bytes(3).begin(), row.bytes(3).end()) == bytes);
  CHECK(row.is_null(4));
  CHECK_FALSE(row.next());
}

TEST_CASE("an empty text is not NULL", "[registry][sqlite]") {
  TempDir dir;
  auto database = take(Database::open(dir.file("a.db"), Database::Mode::create));
  auto row = database->ask("SELECT ? IS NULL, ? IS NULL", std::string_view{}, BytesView{});
  REQUIRE(row.next());
  CHECK(row.integer(0) == 0);
  CHECK(row.integer(1) == 0);
}

TEST_CASE("the same statement can be asked again inside its own rows", "[registry][sqlite]") {
  TempDir dir;
  auto database = take(Database::open(dir.file("a.db"), Database::Mode::create));
  constexpr std::string_view kSql = "VALUES (1), (2), (3)";
  int pairs = 0;
  auto outer = database->ask(kSql);
  while (outer.next()) {
    auto inner = database->ask(kSql);
    while (inner.next()) ++pairs;
  }
  CHECK(pairs == 9);
}

TEST_CASE("address keys sort as addresses do and come back", "[registry][sqlite]") {
  const std::vector<std::string> sorted{"0.0.0.0", "9.255.255.255", "10.0.0.1", "255.255.255.255",
                                        "::1",     "2001:db8::7",   "ff00::"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    CHECK(parse_address_key(address_key(ip(sorted[i]))) == ip(sorted[i]));
    if (i > 0) CHECK(address_key(ip(sorted[i - 1])) < address_key(ip(sorted[i])));
  }
}

TEST_CASE("a word that is not in its list is damage", "[registry][sqlite]") {
  TempDir dir;
  auto database = take(Database::open(dir.file("a.db"), Database::Mode::create));
  {
    auto row = database->ask("SELECT 'gone' AS presence");
    REQUIRE(row.next());
    CHECK(row.word<model::Presence>(0) == model::Presence::online);
  }
  const auto outcome = database->outcome();
  REQUIRE_FALSE(outcome);
  CHECK_THAT(outcome.error().text, Catch::Contains("damaged") && Catch::Contains("gone"));
}

}  // namespace
}  // namespace qingdan::registry
