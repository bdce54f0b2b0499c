// migrate — what makes a file a register, and an old register a present one.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "registry/embedded.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

// Number of the newest migration this program has, which is the user_version it writes.
[[nodiscard]] int schema_version();

// What a file is: 0 = empty, so that a register may be made of it; else the schema version of a
// register. Error: not SQLite, of another program, of a newer qingdan. Reads only.
[[nodiscard]] Result<int> schema_version_of(Database& database);

// Runs the migrations the file lacks, one transaction each. The digests of those it has must be
// those of this program's, since a migration is never edited once it is out.
[[nodiscard]] Result<void> migrate(Database& database, UnixMillis now);

// An existing register of this program's schema, for reading. A file or directory that may not be
// written is read all the same, where no writer left a journal behind.
[[nodiscard]] Result<std::unique_ptr<Database>> open_for_reading(const std::string& path);

// CREATE statements of everything in the file, ordered by name: what schema/current.sql holds.
[[nodiscard]] Result<std::string> dump_schema(Database& database);

}  // namespace qingdan::registry
