// listing — a sealed snapshot as report prints it (model/listing.h, L1): nothing here looks at what
// the register holds now, but for rows that never change (runs, changes, certificates by digest).
#include <algorithm>

#include "qingdan/base/text.h"
#include "qingdan/model/json.h"
#include "qingdan/net/digest.h"
#include "qingdan/registry/seal.h"
#include "registry/migrate.h"
#include "registry/rows.h"
#include "registry/sealed.h"

namespace qingdan::registry {

model::AssetRecord read_sealed_asset(Database& database, const Use& row) {
  const auto number = asset_number(row.integer(0));
  if (net::sha256_hex(as_bytes(row.view(3))) != to_hex(row.bytes(2))) {
    database.fail(
        {ErrorCode::io,
         database.path() + " is damaged (the sealed row of " + number +
             " does not fit its digest); restore a backup with `qingdan register restore`",
         {}});
    return {};
  }
  auto asset = model::parse_asset(row.view(3));
  if (asset) return std::move(*asset);
  database.fail(asset.error().in("sealed row of " + number));
  return {};
}

namespace {

class SealedListing final : public model::ListingSource {
 public:
  SealedListing(std::unique_ptr<Database> database, model::SnapshotId snapshot,
                model::ListingMeta meta, std::int64_t first_seq, std::int64_t last_seq)
      : database_(std::move(database)),
        snapshot_(snapshot),
        meta_(std::move(meta)),
        first_seq_(first_seq),
        last_seq_(last_seq) {}

  [[nodiscard]] model::ListingMeta meta() const override { return meta_; }

  [[nodiscard]] Result<void> for_each_run(
      const std::function<void(const model::ListedRun&)>& each) const override {
    Reading reading(*database_);
    auto rows = database_->ask(
        "SELECT run_id FROM snapshot_run WHERE snapshot_id = ? ORDER BY run_id", snapshot_);
    while (rows.next()) {
      model::ListedRun listed;
      const model::RunId id{rows.integer(0)};
      if (auto run = find_run(*database_, id)) listed.run = std::move(*run);
      listed.counts = find_counts(*database_, id);
      listed.coverage = read_coverage(*database_, id);
      if (!database_->ok()) break;
      each(listed);
    }
    return reading.finish();
  }

  [[nodiscard]] Result<void> for_each_asset(
      const std::function<void(const model::AssetRecord&)>& each) const override {
    Reading reading(*database_);
    auto rows = database_->ask(kSealedAssets, snapshot_);
    while (rows.next()) {
      const auto asset = read_sealed_asset(*database_, rows);
      if (!database_->ok()) break;
      each(asset);
    }
    return reading.finish();
  }

  [[nodiscard]] Result<void> for_each_address(
      const std::function<void(const model::ListedAddress&)>& each) const override {
    Reading reading(*database_);
    // Both in the order of (zone, ip).
    auto names = database_->ask(kSealedReverseNames, snapshot_);
    bool named = names.next();
    auto rows = database_->ask(kSealedAddresses, snapshot_);
    while (rows.next()) {
      model::ListedAddress listed;
      listed.zone = rows.text(0);
      listed.ip = rows.address(1);
      if (!rows.is_null(2)) listed.asset_number = asset_number(rows.integer(2));
      listed.unit = rows.text(3);
      if (!rows.is_null(4)) listed.outcome = rows.word<model::HostOutcome>(4);
      listed.first_answered = rows.time(5);
      listed.last_answered = rows.time(6);
      listed.bindings = static_cast<std::uint32_t>(rows.integer(7));
      listed.anomaly = rows.text(8);
      if (named && names.view(0) == listed.zone && names.address(1) == listed.ip) {
        listed.reverse_name = names.text(2);
        named = names.next();
      }
      if (!database_->ok()) break;
      each(listed);
    }
    return reading.finish();
  }

  [[nodiscard]] Result<void> for_each_certificate(
      const std::function<void(const model::ListedCertificate&)>& each) const override {
    Reading reading(*database_);
    auto rows = database_->ask(kSealedCertificates, snapshot_);
    std::optional<model::ListedCertificate> listed;
    while (rows.next()) {
      if (listed && listed->certificate.sha256 != rows.view(0)) {
        each(*listed);
        listed.reset();
      }
      if (!listed) listed = begin_certificate(rows.text(0), rows.time(8));
      listed->uses.push_back(
          {read_endpoint(rows, 1), rows.text(5), asset_number(rows.integer(6)), rows.text(7)});
      listed->first_seen = std::min(listed->first_seen, rows.time(8));
      listed->last_seen = std::max(listed->last_seen, rows.time(9));
      if (!database_->ok()) break;
    }
    if (listed && database_->ok()) each(*listed);
    return reading.finish();
  }

  [[nodiscard]] Result<void> for_each_change(
      const std::function<void(const model::Change&)>& each) const override {
    Reading reading(*database_);
    static const std::string sql = "SELECT " + std::string(kChangeColumns) +
                                   " FROM change_event WHERE seq > ? AND seq <= ? ORDER BY seq";
    auto rows = database_->ask(sql, first_seq_, last_seq_);
    while (rows.next()) {
      const auto change = read_change(rows);
      if (!database_->ok()) break;
      each(change);
    }
    return reading.finish();
  }

 private:
  [[nodiscard]] model::ListedCertificate begin_certificate(const std::string& sha256,
                                                           UnixMillis first) const {
    model::ListedCertificate listed;
    listed.first_seen = first;
    static const std::string sql =
        "SELECT " + std::string(kCertificateColumns) + " FROM certificate c WHERE c.sha256 = ?";
    auto row = database_->ask(sql, sha256);
    if (row.next()) listed.certificate = read_certificate(*database_, row);
    return listed;
  }

  std::unique_ptr<Database> database_;
  model::SnapshotId snapshot_;
  model::ListingMeta meta_;
  std::int64_t first_seq_, last_seq_;
};

}  // namespace

Result<std::unique_ptr<model::ListingSource>> open_listing(const std::string& path,
                                                           model::SnapshotId snapshot) {
  auto database = open_for_reading(path);
  if (!database) return database.error();
  model::ListingMeta meta;
  std::int64_t first_seq = 0;
  std::int64_t last_seq = 0;
  Reading reading(**database);
  {
    auto row = (*database)->ask(
        "SELECT name, sha256, cutoff, period_from, first_seq, last_seq, run_id FROM snapshot WHERE "
        "id = ?",
        snapshot);
    if (!row.next()) {
      (*database)->fail(
          {ErrorCode::input, "there is no snapshot " + std::to_string(snapshot.value), {}});
    } else {
      meta.snapshot = snapshot;
      meta.version = row.text(0);
      meta.sha256 = row.text(1);
      meta.cutoff = row.time(2);
      meta.period_from = row.time(3);
      first_seq = row.integer(4);
      last_seq = row.integer(5);
      if (const auto run = find_run(**database, {row.integer(6)})) {
        meta.authorisation = run->authorisation;
        meta.issued_by = run->issued_by;
        meta.program_version = run->program_version;
        meta.rule_release = run->rule_release;
      }
    }
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return std::unique_ptr<model::ListingSource>(std::make_unique<SealedListing>(
      std::move(*database), snapshot, std::move(meta), first_seq, last_seq));
}

}  // namespace qingdan::registry
