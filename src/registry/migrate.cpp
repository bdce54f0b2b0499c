// migrate — numbered, forward only, one transaction each. See schema/README.md.
#include "registry/migrate.h"

#include <unistd.h>

#include "qingdan/net/digest.h"

namespace qingdan::registry {
namespace {

Error foreign(const Database& database, const std::string& why) {
  return {ErrorCode::conflict, database.path() + " is not a qingdan register (" + why + ")", {}};
}

// Holds the digests in the file against ours.
void check_history(Database& database, int version) {
  const auto files = embedded_migrations();
  auto rows = database.ask("SELECT id, sha256 FROM schema_migration ORDER BY id");
  int seen = 0;
  while (rows.next()) {
    const auto id = rows.integer(0);
    if (id != ++seen || id > version) break;
    const auto& file = files[static_cast<std::size_t>(id - 1)];
    if (rows.view(1) == net::sha256_hex(as_bytes(file.content))) continue;
    database.fail({ErrorCode::conflict,
                   database.path() + ": its migration " + std::to_string(id) +
                       " is not the one this program knows; it was made by a changed program",
                   {}});
    return;
  }
  if (database.ok() && seen != version) {
    database.fail(foreign(database, "its list of migrations does not fit its version"));
  }
}

Result<void> run_migration(Database& database, int id, UnixMillis now) {
  const auto& file = embedded_migrations()[static_cast<std::size_t>(id - 1)];
  Transaction transaction(database);
  database.execute(std::string(file.content));
  database.run("INSERT INTO schema_migration (id, sha256, at) VALUES (?, ?, ?)", id,
               net::sha256_hex(as_bytes(file.content)), now);
  // Pragmas take no parameters.
  database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.execute("PRAGMA user_version = " + std::to_string(id));
  auto done = transaction.commit();
  if (!done) return done.error().in("migration " + std::string(file.name));
  return {};
}

}  // namespace

int schema_version() { return static_cast<int>(embedded_migrations().size()); }

Result<int> schema_version_of(Database& database) {
  Reading reading(database);
  const auto application = database.number("PRAGMA application_id");
  const auto version = static_cast<int>(database.number("PRAGMA user_version"));
  const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (database.ok()) {
    if (application == 0 && version == 0 && tables == 0) {
      // Nothing in it yet.
    } else if (application != kApplicationId) {
      database.fail(foreign(database, "it is an SQLite database of another program"));
    } else if (version > schema_version()) {
      database.fail({ErrorCode::conflict,
                     database.path() + " was written by a newer qingdan (schema " +
                         std::to_string(version) + ", this program knows " +
                         std::to_string(schema_version()) + "); update qingdan",
                     {}});
    } else if (version < 1) {
      database.fail(foreign(database, "it has no schema version"));
    } else {
      check_history(database, version);
    }
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return version;
}

Result<void> migrate(Database& database, UnixMillis now) {
  auto version = schema_version_of(database);
  if (!version) return version.error();
  for (int id = *version + 1; id <= schema_version(); ++id) {
    auto done = run_migration(database, id, now);
    if (!done) return done;
  }
  return {};
}

Result<std::unique_ptr<Database>> open_for_reading(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) {
    return Error{ErrorCode::io, "there is no register " + path + "; a census makes one", {}};
  }
  auto database = Database::open(path, Database::Mode::read);
  if (!database) return database.error();
  auto version = schema_version_of(**database);
  if (!version && access((path + "-wal").c_str(), F_OK) != 0) {
    // Reading beside a writer needs a file of shared memory, which cannot be made in a read-only
    // place. Nobody writes there either, so the file can be taken as it lies.
    auto still = Database::open(path, Database::Mode::immutable);
    if (!still) return still.error();
    auto again = schema_version_of(**still);
    if (again) {
      database = std::move(still);
      version = again;
    }
  }
  if (!version) return version.error();
  if (*version == schema_version()) return database;
  if (*version == 0) return foreign(**database, "it is empty");
  return Error{ErrorCode::conflict,
               path + " was written by an older qingdan (schema " + std::to_string(*version) +
                   " of " + std::to_string(schema_version()) +
                   "); a command that writes, such as `qingdan census`, "
                   "brings it up to date",
               {}};
}

Result<std::string> dump_schema(Database& database) {
  Reading reading(database);
  std::string text;
  auto rows = database.ask(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
      "ORDER BY tbl_name, type <> 'table', name");
  while (rows.next()) text += rows.text(0) + ";\n";
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return text;
}

}  // namespace qingdan::registry
