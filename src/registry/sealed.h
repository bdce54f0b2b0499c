// sealed — reading what seal.cpp wrote; the same statements feed the digest and the printing.
#pragma once

#include <string>
#include <string_view>

#include "qingdan/model/world.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

inline constexpr std::string_view kSealedAddresses =
    "SELECT zone, ip, asset_id, unit, outcome, first_answered, last_answered, bindings, anomaly "
    "FROM snapshot_address WHERE snapshot_id = ? ORDER BY zone, ip";
// Apart from the above, so that snapshots from before there were such names keep their digest.
inline constexpr std::string_view kSealedReverseNames =
    "SELECT zone, ip, reverse_name FROM snapshot_address "
    "WHERE snapshot_id = ? AND reverse_name <> '' ORDER BY zone, ip";
inline constexpr std::string_view kSealedCertificates =
    "SELECT sha256, zone, ip, transport, port, vhost, asset_id, unit, first_seen, last_seen "
    "FROM snapshot_certificate WHERE snapshot_id = ? ORDER BY sha256, zone, ip, transport, port, "
    "vhost";
inline constexpr std::string_view kSealedAssets =
    "SELECT a.asset_id, r.id, r.sha256, r.content FROM snapshot_asset a "
    "JOIN sealed_row r ON r.id = a.sealed_row_id WHERE a.snapshot_id = ? ORDER BY a.asset_id";

inline constexpr std::string_view kSealedDigests =
    "SELECT r.sha256 FROM snapshot_asset a JOIN sealed_row r ON r.id = a.sealed_row_id "
    "WHERE a.snapshot_id = ? ORDER BY a.asset_id";

struct SnapshotHead {
  std::int64_t id{0};
  model::RunId run;  // the newest, 0 = none
  UnixMillis cutoff, period_from;
  std::int64_t first_seq{0}, last_seq{0};
};

// Over the rows as they lie in the tables (seal.cpp has the exact bytes).
[[nodiscard]] std::string digest_snapshot(Database& database, const SnapshotHead& head);

// The asset of a row of kSealedAssets; a row that does not fit its digest fails the database.
[[nodiscard]] model::AssetRecord read_sealed_asset(Database& database, const Use& row);

}  // namespace qingdan::registry
