// seal — the sealed snapshot: the list as it was, row by row, for ever.
//
// A row is the canonical JSON of one asset (model/json), its digest the SHA-256 over that text. The
// snapshot's digest covers the rows in order of 资产编号 and the head (runs, coverage). Content
// that did not change since the last seal gives the same snapshot again, never a second one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/model/world.h"
#include "qingdan/registry/store.h"

namespace qingdan::registry {

struct Snapshot {
  model::SnapshotId id;
  std::string name;   // "QD-20261122-0001": date of sealing and running number
  UnixMillis sealed;  // when it was sealed first
  model::RunId run;   // the last run that was applied then
  std::uint64_t assets{0}, services{0};
  std::string sha256;
  bool reused{false};  // seal(): the content was sealed before
};

// Seals what the register holds now. `actor` goes to the ledger.
[[nodiscard]] Result<Snapshot> seal(Store& store, std::string_view actor);

// Newest first.
[[nodiscard]] Result<std::vector<Snapshot>> snapshots(const std::string& path);
// By id ("3") or name.
[[nodiscard]] Result<std::optional<Snapshot>> find_snapshot(const std::string& path,
                                                            std::string_view name);
// The assets of a snapshot, in order of 资产编号, each checked against its digest.
[[nodiscard]] Result<void> read_snapshot(
    const std::string& path, model::SnapshotId snapshot,
    const std::function<bool(const model::AssetRecord&)>& on_row);

// One difference between two snapshots, deterministic: by (asset, ip, port, field).
struct SnapshotDifference {
  std::string asset, ip, transport;
  std::uint16_t port{0};
  std::string object;  // "asset" "service"
  std::string kind;    // "added" "removed" "changed"
  std::string field, before, after;
};
[[nodiscard]] Result<void> diff_snapshots(
    const std::string& path, model::SnapshotId before, model::SnapshotId after,
    const std::function<bool(const SnapshotDifference&)>& on_row);

}  // namespace qingdan::registry
