// store_held — what a Store keeps, for the files that implement it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "qingdan/registry/store.h"
#include "registry/sqlite.h"
#include "registry/writer_lock.h"

namespace qingdan::registry {

struct Store::Held {
  WriterLock lock;  // first, so that it is let go last
  std::unique_ptr<Database> database;
  const Clock& clock;
  Rng& rng;
  std::vector<model::RunId> interrupted;
  // Counts writes to assets; apply() demands that the World it is given was loaded after the last.
  std::uint64_t generation{0};
  std::optional<std::uint64_t> loaded;
  // Of the next observation, by run: keeps the order of arrival over batches and resumed runs.
  std::map<std::int64_t, std::int64_t> next_position;
};

// One entry of the ledger, within the caller's transaction (audit.h).
void append_audit(Database& database, UnixMillis at, std::string_view actor,
                  std::string_view action, std::string_view subject, std::string_view detail);

}  // namespace qingdan::registry
