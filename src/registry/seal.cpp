// seal — see qingdan/registry/seal.h.
//
// The snapshot's digest is SHA-256 over texts, each as its length in decimal, ":", the text and
// ",": the head (newest run and its canonical JSON, last seq, cut-off), the digest of each asset's
// row by id, then every column of every address and certificate row in the order of their keys
// (of addresses those that every snapshot has), then each address that has a reverse name, and it.
#include "qingdan/registry/seal.h"

#include <algorithm>

#include "qingdan/base/text.h"
#include "qingdan/model/json.h"
#include "qingdan/net/digest.h"
#include "registry/merges.h"
#include "registry/migrate.h"
#include "registry/reverse_names.h"
#include "registry/rows.h"
#include "registry/sealed.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

void digest_text(net::Sha256& digest, std::string_view text) {
  digest.update(as_bytes(std::to_string(text.size()) + ":"));
  digest.update(as_bytes(text));
  digest.update(as_bytes(","));
}

void digest_rows(Database& database, net::Sha256& digest, std::string_view sql,
                 std::int64_t snapshot) {
  auto rows = database.ask(sql, snapshot);
  while (rows.next()) {
    for (int column = 0; column < rows.columns(); ++column) {
      digest_text(digest, as_text(rows.bytes(column)));
    }
  }
}

}  // namespace

std::string digest_snapshot(Database& database, const SnapshotHead& head) {
  net::Sha256 digest;
  const auto run = find_run(database, head.run);
  digest_text(digest, run ? model::to_json(*run) : std::string());
  digest_text(digest, std::to_string(head.last_seq));
  digest_text(digest, std::to_string(head.cutoff.value));
  digest_rows(database, digest, kSealedDigests, head.id);
  digest_rows(database, digest, kSealedAddresses, head.id);
  digest_rows(database, digest, kSealedCertificates, head.id);
  digest_rows(database, digest, kSealedReverseNames, head.id);
  return digest.hex();
}

namespace {

constexpr std::string_view kSnapshotColumns =
    "id, name, sealed, run_id, assets, services, sha256, cutoff, period_from, first_seq, last_seq";

Snapshot read_snapshot_row(const Use& row) {
  Snapshot snapshot;
  snapshot.id = {row.integer(0)};
  snapshot.name = row.text(1);
  snapshot.sealed = row.time(2);
  snapshot.run = {row.integer(3)};
  snapshot.assets = static_cast<std::uint64_t>(row.integer(4));
  snapshot.services = static_cast<std::uint64_t>(row.integer(5));
  snapshot.sha256 = row.text(6);
  return snapshot;
}

SnapshotHead make_head(Database& database) {
  SnapshotHead head;
  head.id = database.number("SELECT seq FROM sqlite_sequence WHERE name = 'snapshot'") + 1;
  head.run = {database.number("SELECT id FROM run WHERE applied <> 0 ORDER BY id DESC LIMIT 1")};
  head.last_seq = database.number("SELECT max(seq) FROM change_event");
  head.cutoff = {database.number("SELECT at FROM change_event WHERE seq = ?", head.last_seq)};
  if (const auto run = find_run(database, head.run))
    head.cutoff = std::max(head.cutoff, run->ended);
  auto last = database.ask(
      "SELECT run_id, cutoff, period_from, first_seq, last_seq FROM snapshot ORDER BY id DESC "
      "LIMIT 1");
  if (!last.next()) return head;
  // Nothing came since the last seal: the same period again, so that the same content is
  // recognised.
  const bool nothing_new = last.integer(0) == head.run.value && last.integer(4) == head.last_seq;
  head.period_from = last.time(nothing_new ? 2 : 1);
  head.first_seq = last.integer(nothing_new ? 3 : 4);
  return head;
}

void seal_runs(Database& database, const SnapshotHead& head) {
  database.run(
      "INSERT INTO snapshot_run (snapshot_id, run_id) SELECT ?1, id FROM run "
      "WHERE applied <> 0 AND (ended > ?2 OR id = ?3)",
      head.id, head.period_from, head.run);
}

void seal_assets(Database& database, const SnapshotHead& head, Snapshot& snapshot) {
  Words words(database);
  auto rows = database.ask(std::string(kListedAssets) + " ORDER BY id");
  while (rows.next()) {
    const model::AssetId id{rows.integer(0)};
    auto asset = read_folded(words, id);
    if (!asset) return;
    const auto by_people = [](const model::Claim& claim) { return claim.source != "manual"; };
    std::erase_if(asset->claims, by_people);
    for (auto& service : asset->services) std::erase_if(service.claims, by_people);
    const std::string json = model::to_json(*asset);
    const Bytes sha256 = *from_hex(net::sha256_hex(as_bytes(json)));
    database.run("INSERT INTO sealed_row (sha256, content) VALUES (?, ?) ON CONFLICT DO NOTHING",
                 sha256, json);
    database.run(
        "INSERT INTO snapshot_asset (snapshot_id, asset_id, sealed_row_id) "
        "SELECT ?, ?, id FROM sealed_row WHERE sha256 = ?",
        head.id, id, sha256);
    ++snapshot.assets;
    snapshot.services += asset->services.size();
  }
}

std::vector<model::Coverage> coverages(Database& database, const SnapshotHead& head) {
  std::vector<model::Coverage> found;
  auto rows = database.ask(
      "SELECT run_id FROM snapshot_run WHERE snapshot_id = ? ORDER BY run_id DESC", head.id);
  while (rows.next()) found.push_back(read_coverage(database, {rows.integer(0)}));
  return found;
}

void seal_addresses(Database& database, const SnapshotHead& head) {
  const auto covered = coverages(database, head);
  auto rows = database.ask(
      "SELECT z.name, x.ip, " + root_sql("n.asset_id") +
      ", coalesce(a.unit, ''), coalesce(d.first_answered, 0), "
      "coalesce(d.last_answered, 0), "
      "(SELECT count(DISTINCT asset_id) FROM addr_binding WHERE zone_id = x.zone_id AND ip = "
      "x.ip), " +
      reverse_name_sql("x.zone_id", "x.ip") +
      " FROM (SELECT zone_id, ip FROM address UNION SELECT zone_id, ip FROM addr_binding) x "
      "JOIN zone z ON z.id = x.zone_id "
      "LEFT JOIN address d ON d.zone_id = x.zone_id AND d.ip = x.ip "
      "LEFT JOIN addr_binding n ON n.zone_id = x.zone_id AND n.ip = x.ip AND n.until = 0 "
      "LEFT JOIN asset a ON a.id = " +
      root_sql("n.asset_id"));
  while (rows.next()) {
    const auto zone = rows.text(0);
    const auto ip = rows.address(1);
    std::optional<std::string_view> outcome;
    for (const auto& coverage : covered) {
      const auto found = coverage.outcome(zone, ip);
      if (!found) continue;
      outcome = to_string(*found);
      break;
    }
    // It answers, yet no run ever found a host behind it.
    const bool nobody = rows.integer(6) == 0 && outcome == to_string(model::HostOutcome::answered);
    const auto asset = rows.is_null(2) ? std::nullopt : std::optional(rows.integer(2));
    database.run(
        "INSERT INTO snapshot_address (snapshot_id, zone, ip, asset_id, unit, outcome, "
        "first_answered, "
        "last_answered, bindings, anomaly, reverse_name) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        head.id, zone, ip, asset, rows.view(3), outcome, rows.time(4), rows.time(5),
        rows.integer(6), nobody ? "伪存活" : "", rows.view(7));
  }
}

void seal_certificates(Database& database, const SnapshotHead& head) {
  const std::string root = root_sql("s.asset_id");
  database.run(
      "INSERT INTO snapshot_certificate (snapshot_id, sha256, zone, ip, transport, port, vhost, "
      "asset_id, "
      "unit, first_seen, last_seen) SELECT ?, c.sha256, z.name, s.ip, s.transport, s.port, "
      "s.vhost, " +
          root +
          ", a.unit, u.first_seen, s.last_seen FROM certificate_use u "
          "CROSS JOIN service s ON s.id = u.service_id AND (s.certificate = u.sha256 OR "
          "u.last_seen = 0) "
          "JOIN certificate c ON c.sha256 = u.sha256 "
          "JOIN zone z ON z.id = s.zone_id JOIN asset a ON a.id = " +
          root + " WHERE s.state = 'open'",
      head.id);
}

// The name counts the day's seals.
std::string make_name(Database& database, UnixMillis now) {
  const auto day = format_date(now);
  return day + "/" +
         std::to_string(
             database.number("SELECT count(*) + 1 FROM snapshot WHERE name LIKE ? || '/%'", day));
}

}  // namespace

Result<Snapshot> seal(Store& store, UnixMillis now, std::string_view actor) {
  auto& database = store.database();
  Transaction transaction(database);
  // The rows come before the snapshot they belong to, whose digest is known last.
  database.execute("PRAGMA defer_foreign_keys = ON");
  const SnapshotHead head = make_head(database);
  Snapshot snapshot;
  seal_runs(database, head);
  seal_assets(database, head, snapshot);
  seal_addresses(database, head);
  seal_certificates(database, head);
  snapshot.sha256 = digest_snapshot(database, head);
  if (!database.ok()) return database.outcome().error();
  const std::string columns(kSnapshotColumns);
  {
    auto same =
        database.ask("SELECT " + columns + " FROM snapshot WHERE sha256 = ?", snapshot.sha256);
    if (same.next()) {
      auto sealed = read_snapshot_row(same);
      sealed.reused = true;
      return sealed;  // and the transaction takes the rows back
    }
  }
  snapshot.id = {head.id};
  snapshot.name = make_name(database, now);
  snapshot.sealed = now;
  snapshot.run = head.run;
  database.run("INSERT INTO snapshot (" + columns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               snapshot.id, snapshot.name, now, reference(snapshot.run), snapshot.assets,
               snapshot.services, snapshot.sha256, head.cutoff, head.period_from, head.first_seq,
               head.last_seq);
  append_audit(database, now, actor, "seal", snapshot.name,
               model::to_json_object({{"sha256", snapshot.sha256},
                                      {"assets", static_cast<std::int64_t>(snapshot.assets)},
                                      {"services", static_cast<std::int64_t>(snapshot.services)}}));
  auto done = transaction.commit();
  if (!done) return done.error();
  return snapshot;
}

Result<std::vector<Snapshot>> snapshots(const std::string& path) {
  auto database = open_for_reading(path);
  if (!database) return database.error();
  Reading reading(**database);
  std::vector<Snapshot> found;
  auto rows = (*database)->ask("SELECT " + std::string(kSnapshotColumns) +
                               " FROM snapshot ORDER BY id DESC");
  while (rows.next()) found.push_back(read_snapshot_row(rows));
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return found;
}

Result<std::optional<Snapshot>> find_snapshot(const std::string& path, std::string_view name) {
  auto all = snapshots(path);
  if (!all) return all.error();
  for (auto& snapshot : *all) {
    if (snapshot.name == name || std::to_string(snapshot.id.value) == name)
      return std::optional(std::move(snapshot));
  }
  return std::optional<Snapshot>();
}

}  // namespace qingdan::registry
