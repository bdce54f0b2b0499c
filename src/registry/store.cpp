// store — opening the register for writing, and the life of a run.
#include "qingdan/registry/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "registry/migrate.h"
#include "registry/rows.h"
#include "registry/run_state.h"
#include "registry/send_ledger.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

// WAL: readers beside the writer. NORMAL: a power cut may lose the last transactions, never the
// file (sqlite.org/pragma, synchronous); a killed process loses nothing. 64 MiB of pages keep the
// inner nodes of every index of a million services in memory.
constexpr const char* kSettings =
    "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; "
    "PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;";

bool has_content(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && file.st_size > 0;
}

Result<void> switch_to_wal(Database& database) {
  std::string mode;
  {
    auto row = database.ask("PRAGMA journal_mode = WAL");
    if (row.next()) mode = row.text(0);
  }
  auto outcome = database.outcome();
  if (!outcome) return outcome;
  if (mode == "wal") return {};
  return Error{
      ErrorCode::io,
      database.path() + ": this file system cannot carry a register (journal mode " + mode + ")",
      {}};
}

Result<void> prepare(Database& database, UnixMillis now) {
  // Nothing is written before we know that the file is ours to write.
  auto version = schema_version_of(database);
  if (!version) return version.error();
  database.execute(kSettings);
  auto outcome = database.outcome();
  if (!outcome) return outcome;
  auto wal = switch_to_wal(database);
  if (!wal) return wal;
  return migrate(database, now);
}

Result<std::vector<model::RunId>> mark_interrupted(Database& database, UnixMillis now) {
  std::vector<model::RunId> runs;
  Transaction transaction(database);
  {
    auto rows = database.ask(
        "UPDATE run SET state = 'paused', failure = 'interrupted: the program ended in the middle "
        "of this run' "
        "WHERE state = 'running' RETURNING id");
    while (rows.next()) runs.push_back({rows.integer(0)});
  }
  for (const auto run : runs) append_gap(database, run, now);
  auto done = transaction.commit();
  if (!done) return done.error();
  return runs;
}

}  // namespace

Store::Store(std::unique_ptr<Held> held) : held_(std::move(held)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::string& path, const Clock& clock, Rng& rng) {
  auto lock = WriterLock::open(path);
  if (!lock) return lock.error();
  const bool existed = has_content(path);
  auto database = Database::open(path, Database::Mode::create);
  if (!database) return database.error();
  auto prepared = prepare(**database, clock.now());
  if (!prepared) {
    database->reset();
    // A register that could not be made leaves nothing behind; an older one stays as it was.
    if (!existed) {
      for (const char* end : {"", "-wal", "-shm", "-journal"}) unlink((path + end).c_str());
    }
    return prepared.error();
  }
  auto interrupted = mark_interrupted(**database, clock.now());
  if (!interrupted) return interrupted.error();
  return Store(std::unique_ptr<Held>(new Held{std::move(*lock),
                                              std::move(*database),
                                              clock,
                                              rng,
                                              std::move(*interrupted),
                                              0,
                                              std::nullopt,
                                              {}}));
}

Database& Store::database() { return *held_->database; }
const std::vector<model::RunId>& Store::interrupted() const { return held_->interrupted; }

Result<model::RunId> Store::begin_run(const model::Run& run) {
  auto& database = *held_->database;
  Transaction transaction(database);
  database.run(
      "INSERT INTO run (kind, state, started, ended, vantage, scope_hash, authorisation, "
      "issued_by, method, "
      "ports, rule_release, program_version, failure) VALUES (?, 'running', ?, 0, ?, ?, ?, ?, ?, "
      "?, ?, ?, '')",
      to_string(run.kind), run.started.value != 0 ? run.started : held_->clock.now(), run.vantage,
      run.scope_hash, run.authorisation, run.issued_by, run.method, run.ports, run.rule_release,
      run.program_version);
  const model::RunId id{database.last_id()};
  auto done = transaction.commit();
  if (!done) return done.error();
  return id;
}

Result<void> Store::record(model::RunId run, const model::Coverage& coverage) {
  Transaction transaction(*held_->database);
  write_coverage(*held_->database, run, coverage);
  return transaction.commit();
}

Result<void> Store::record(model::RunId run, const model::RunCounts& counts) {
  Transaction transaction(*held_->database);
  write_counts(*held_->database, run, counts);
  return transaction.commit();
}

Result<void> Store::finish_run(model::RunId run, model::RunState state, std::string_view failure) {
  QD_EXPECTS(state != model::RunState::failed || !failure.empty());
  auto& database = *held_->database;
  Transaction transaction(database);
  const UnixMillis ended = state == model::RunState::running || state == model::RunState::paused
                               ? UnixMillis{}
                               : held_->clock.now();
  database.run("UPDATE run SET state = ?, ended = ?, failure = ? WHERE id = ?", to_string(state),
               ended, failure, run);
  if (database.ok() && database.changed_rows() == 0) {
    database.fail({ErrorCode::input, "there is no run " + std::to_string(run.value), {}});
  }
  return transaction.commit();
}

Result<std::vector<model::RunId>> Store::unapplied() {
  auto& database = *held_->database;
  Reading reading(database);
  std::vector<model::RunId> runs;
  auto rows = database.ask(
      "SELECT r.id FROM run r JOIN coverage c ON c.run_id = r.id "
      "WHERE r.state IN ('finished', 'stopped') AND r.applied = 0 ORDER BY r.id");
  while (rows.next()) runs.push_back({rows.integer(0)});
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return runs;
}

}  // namespace qingdan::registry
