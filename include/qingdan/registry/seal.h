// seal — the sealed snapshot: the list as it was, row by row, for ever.
//
// A row is the canonical JSON of one asset (model/json) without what probes claim: its facts say
// what held, with source, rule and evidence. The digest covers rows, addresses, certificates in
// use, the newest run and the number of the last change. Content that did not change since it was
// sealed is the same snapshot again, never a second one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/model/listing.h"
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
[[nodiscard]] Result<Snapshot> seal(Store& store, UnixMillis now, std::string_view actor);

// Newest first.
[[nodiscard]] Result<std::vector<Snapshot>> snapshots(const std::string& path);
// By id ("3") or name.
[[nodiscard]] Result<std::optional<Snapshot>> find_snapshot(const std::string& path,
                                                            std::string_view name);
// The list of a snapshot, to be printed now or in five years with the same bytes. Each row is
// checked against its digest while it is read. Error input where there is no such snapshot.
[[nodiscard]] Result<std::unique_ptr<model::ListingSource>> open_listing(
    const std::string& path, model::SnapshotId snapshot);

// One difference between two snapshots, in the order of asset, then endpoint, then field. What the
// asset itself says comes before its services and has no ip.
struct SnapshotDifference {
  std::string asset, ip, transport;
  std::uint16_t port{0};
  std::string object;  // "asset" "service"
  std::string kind;    // "added" "removed" "changed"
  std::string vhost;
  std::string
      field;  // a field of model/claim.h, "presence" "address" "state" "verdict", "" = the whole
  std::string before, after;  // text for people
};
[[nodiscard]] Result<void> diff_snapshots(
    const std::string& path, model::SnapshotId before, model::SnapshotId after,
    const std::function<bool(const SnapshotDifference&)>& on_row);

}  // namespace qingdan::registry
