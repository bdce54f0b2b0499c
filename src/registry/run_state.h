// run_state — the rows of 0005_run_state.sql, within the caller's transaction.
#pragma once

#include <optional>

#include "qingdan/model/checkpoint.h"
#include "registry/rows.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

void write_counts(Database& database, model::RunId run, const model::RunCounts& counts);
// Adds the changed pages and rows to what is kept of the run.
void write_checkpoint(Database& database, model::RunId run, const model::Checkpoint& checkpoint,
                      UnixMillis now);
// With all its pages and rows; nullopt: none is kept.
[[nodiscard]] std::optional<model::Checkpoint> read_checkpoint(Database& database,
                                                               model::RunId run);
// The run cannot be resumed any more; its report stays.
void drop_checkpoint(Database& database, model::RunId run);
[[nodiscard]] std::vector<model::PrefixReport> read_reports(Database& database, model::RunId run);

}  // namespace qingdan::registry
