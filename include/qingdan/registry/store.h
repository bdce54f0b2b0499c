// store — the register's one writer: one SQLite file in WAL mode, written by one process at a time.
//
// Readers (query.h) work beside it at any moment and see whole transactions only.
//   R1  what a run saw is kept under the run and touches nothing else until apply()
//   R2  apply() is one transaction: all of a run is in the register, or nothing of it
//   R3  a run is applied once; ingesting or applying it again changes nothing
//   R4  numbers (资产编号, change seq) and ids are never given twice
// The way of a census: begin_run → add… → record coverage → finish_run → load_world, load_seen →
// resolve::reconcile → apply. The way of a person: set_manual, withdraw_manual,
// merge, unmerge.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/base/rng.h"
#include "qingdan/model/checkpoint.h"
#include "qingdan/model/claim.h"
#include "qingdan/model/observation.h"
#include "qingdan/model/run.h"
#include "qingdan/model/world.h"

namespace qingdan::registry {

class Database;

// What apply() did.
struct Applied {
  bool already{false};              // R3: this run was in the register before; nothing was done
  std::vector<model::AssetId> ids;  // ids[i] is the id of Reconciled::after.assets[i]
  std::uint64_t new_assets{0};
  std::uint64_t changed_assets{0};         // old ones with any difference
  std::uint64_t services{0};               // rows of services written
  std::int64_t first_seq{0}, last_seq{0};  // of the change events; 0 = none
};

// One field of one asset or service as a person holds it to be.
struct ManualClaim {
  std::string asset;                       // 资产编号
  std::optional<model::Endpoint> service;  // set: the claim is of this service of the asset
  std::string vhost;
  model::Claim claim;  // field, value, reason, actor, valid_until, basis_value
};

// What the field of a run told in some moment of it.
struct Batch {
  std::vector<model::PortResult> results;
  std::vector<model::Observation> observations;
  std::vector<model::Finding> findings;
  std::vector<model::SentBlock> sent;           // into the probe ledger
  std::vector<model::GuardTrip> trips;
  std::vector<model::Middlebox> middleboxes;    // each as it is now
  std::vector<model::ReverseName> reverse_names;
  std::optional<model::Checkpoint> checkpoint;  // covers all of the above and what came before
};

// Who says that an asset is, or is no longer, part of another.
struct MergeStatement {
  std::string asset;  // 资产编号 of the one that answers under the survivor's number
  std::string reason, actor;
};

class Store {
 public:
  struct Held;  // for the files that implement it

  // Opens the register at `path`, makes it where the file does not exist or is empty, migrates an
  // older one. Errors: not a register, of a newer program, being written by another process,
  // read-only, unreadable, full disk. On an error an existing file is as it was.
  // `clock` and `rng` (for ULIDs) outlive the store.
  [[nodiscard]] static Result<Store> open(const std::string& path, const Clock& clock, Rng& rng);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // ---- ingest: may be called any number of times, in any order, from the thread that owns the
  // store Gives the run its id. `run.state` is stored as running; `run.started` 0 = now.
  [[nodiscard]] Result<model::RunId> begin_run(const model::Run& run);
  // Open ports, tarpits and the like are kept as rows. A refusal (closed) is kept only where the
  // register holds a service there, and proves that the host is alive. Silence is never a row.
  // `tries` >= 2 on a closed result means that two probes were refused (see HostSeen::closed). A
  // later answer of the same port replaces the former.
  [[nodiscard]] Result<void> add(model::RunId run, std::span<const model::PortResult> results);
  // Raw bytes are kept once, by SHA-256. The same observation twice is one row.
  [[nodiscard]] Result<void> add(model::RunId run,
                                 std::span<const model::Observation> observations);
  // Claims without source, run or time get "probe:<vantage>", this run, and its start.
  [[nodiscard]] Result<void> add(model::RunId run, std::span<const model::Finding> findings);
  // All of it in one transaction, so that no checkpoint is kept without what it covers.
  [[nodiscard]] Result<void> add(model::RunId run, const Batch& batch);
  // Replaces what was recorded before of this run; may be repeated while it goes on.
  [[nodiscard]] Result<void> record(model::RunId run, const model::Coverage& coverage);
  [[nodiscard]] Result<void> record(model::RunId run, const model::RunCounts& counts);
  // By host and by block: what was recorded of another one stays.
  [[nodiscard]] Result<void> record(model::RunId run, std::span<const model::GuardTrip> trips);
  [[nodiscard]] Result<void> record(model::RunId run, std::span<const model::Middlebox> boxes);
  // `failure` is one line, required for failed. Does not apply anything.
  [[nodiscard]] Result<void> finish_run(model::RunId run, model::RunState state,
                                        std::string_view failure = {});

  // Runs that a dead process left `running` and that open() marked `paused` (their rows are kept
  // and not applied: R1). The probe ledger got a row that says since when nothing is known.
  [[nodiscard]] const std::vector<model::RunId>& interrupted() const;
  // ---- runs that go on (decision 0007)
  // What a resumed run needs: nullopt where it cannot be resumed. Applying a run drops it.
  [[nodiscard]] Result<std::optional<model::Checkpoint>> load_checkpoint(model::RunId run);
  // Paused ones that can be, oldest first.
  [[nodiscard]] Result<std::vector<model::RunId>> resumable();
  // Everything add() kept of its ports, by endpoint.
  [[nodiscard]] Result<std::vector<model::PortResult>> load_results(model::RunId run);
  // Hosts it stopped probing, by time.
  [[nodiscard]] Result<std::vector<model::GuardTrip>> load_trips(model::RunId run);
  // Everything observed, one endpoint a call, each in the order it was heard.
  [[nodiscard]] Result<void> recall(
      model::RunId run, const std::function<void(std::vector<model::Observation>)>& on_endpoint);
  // Paused becomes running again; refused in every other state.
  [[nodiscard]] Result<model::Run> reopen_run(model::RunId run);

  // Runs finished or stopped, with coverage, and never applied: killed between the two. Oldest
  // first.
  [[nodiscard]] Result<std::vector<model::RunId>> unapplied();

  // ---- judge
  // Everything held, assets by id, their parts in the order of model/world.h's operator==: claims
  // by (field, source), services by (zone, ip, transport, port, vhost), bindings by (from, ip),
  // identifiers by (type, value). World::earlier is what the applied runs asked, those of one port
  // set put together, so that what nobody asked before is told from what is new.
  [[nodiscard]] Result<model::World> load_world();
  // Only assets with a binding now or a service at an address that `coverage` has an outcome of.
  [[nodiscard]] Result<model::World> load_world(const model::Coverage& coverage);
  // What the run saw, hosts by (zone, ip), every part ordered. HostSeen::claims may hold several
  // claims of one (field, source), from several ports, best confidence first; an AssetRecord may
  // not.
  [[nodiscard]] Result<model::RunSeen> load_seen(model::RunId run);
  // Writes the difference between `before` and `reconciled.after` (R2, R3). `before` must be what
  // load_world gave, with nothing written to assets since; otherwise Error conflict. Assets and
  // services of `before` that are missing in `after` are refused likewise: deletion is a state.
  // New assets get a ULID and the next 资产编号.
  [[nodiscard]] Result<Applied> apply(const model::World& before,
                                      const model::Reconciled& reconciled, model::RunId run);
  // The same for facts that changed without a run (a person's claim, a new rule release).
  [[nodiscard]] Result<Applied> apply(const model::World& before,
                                      const model::Reconciled& reconciled);

  // ---- people
  // Upserts the claim under source "manual" and writes the audit entry. The facts are not touched:
  // load, resolve and apply afterwards. Error input: no such asset, service or a blank reason.
  [[nodiscard]] Result<model::AssetId> set_manual(const ManualClaim& claim);
  // Removes it again. Error input where there is none.
  [[nodiscard]] Result<model::AssetId> withdraw_manual(const ManualClaim& claim);

  // From now on `said.asset` answers under the survivor's number; no record changes (registry/merges.h).
  // Gives the number that answers. Error input: no such asset, one already, or a blank reason.
  [[nodiscard]] Result<std::string> merge(const std::string& survivor, const MergeStatement& said);
  // Takes it back: both are as they would be without it, and no rule brings them together again.
  // Gives the number it answered under. Error input where it was not merged.
  [[nodiscard]] Result<std::string> unmerge(const MergeStatement& said);

  // The connection, for seal.h, audit.h and backup (all of this directory).
  [[nodiscard]] Database& database();

 private:
  [[nodiscard]] Result<Applied> apply(const model::World& before,
                                      const model::Reconciled& reconciled,
                                      std::optional<model::RunId> run);
  explicit Store(std::unique_ptr<Held> held);
  std::unique_ptr<Held> held_;
};

}  // namespace qingdan::registry
