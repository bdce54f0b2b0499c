// query — see qingdan/registry/query.h. Lists are one statement each, in the order they are
// printed.
#include "qingdan/registry/query.h"

#include <algorithm>
#include <array>
#include <span>

#include "qingdan/base/text.h"
#include "qingdan/model/json.h"
#include "registry/filter.h"
#include "registry/further_certificates.h"
#include "registry/lines.h"
#include "registry/merges.h"
#include "registry/migrate.h"
#include "registry/packed.h"
#include "registry/rows.h"
#include "registry/run_state.h"
#include "registry/sqlite.h"

namespace qingdan::registry {
namespace {

constexpr std::string_view kServiceColumns =
    "a.id, z.name, s.ip, s.port, s.transport, s.vhost, s.state, s.verdict, s.tls, "
    "s.protocol, p.vendor, "
    "p.product, p.product_zh, p.version, p.cpe, a.os, s.confidence, s.rule, s.also, s.first_seen, "
    "s.last_seen, sf.content, af.content";
const std::string kBeside =
    " LEFT JOIN product p ON p.id = s.product_id LEFT JOIN service_facts sf ON sf.service_id = "
    "s.id LEFT JOIN asset_facts af ON af.asset_id = a.id";
// CROSS JOIN keeps SQLite from turning the loops round: zones by name, each zone's services in the
// order of their key, nothing to sort and the first row at once.
// `a` is the asset that answers for the service (merges.h).
const std::string kInOrder =
    "zone z CROSS JOIN service s ON s.zone_id = z.id JOIN asset a ON a.id = " +
    root_sql("s.asset_id") + kBeside;
// Few rows through an index, sorted afterwards. The + keeps the zone out of the choice of index.
const std::string kSelected =
    "service s JOIN zone z ON z.id = +s.zone_id JOIN asset a ON a.id = " + root_sql("s.asset_id") +
    kBeside;

// Facts that a list prints, by the key it prints them under.
using Printed = std::pair<std::string_view, std::string_view>;
constexpr std::array<Printed, 4> kOfService{{{model::field::kTls, "tls"},
                                             {model::field::kProtocol, "service"},
                                             {model::field::kProduct, "product"},
                                             {model::field::kAlso, "also"}}};
constexpr std::array<Printed, 1> kOfServiceHost{{{model::field::kOs, "os"}}};
constexpr std::array<Printed, 8> kOfAsset{{{model::field::kName, "name"},
                                           {model::field::kUnit, "unit"},
                                           {model::field::kSystem, "system"},
                                           {model::field::kOs, "os"},
                                           {model::field::kDeviceClass, "device_class"},
                                           {model::field::kHostName, "host"},
                                           {model::field::kRegistration, "registration"},
                                           {model::field::kLifecycle, "lifecycle"}}};

void add_doubts(Words& words, BytesView facts, std::span<const Printed> printed,
                std::vector<std::string>& doubts) {
  const auto fields = unpack_doubts(words, facts);
  for (const auto& [field, key] : printed) {
    if (std::find(fields.begin(), fields.end(), field) != fields.end()) doubts.emplace_back(key);
  }
}

ServiceRow read_service_row(Words& words, const Use& row) {
  ServiceRow service;
  service.asset = asset_number(row.integer(0));
  service.zone = row.text(1);
  service.ip = row.address(2).to_string();
  service.port = static_cast<std::uint16_t>(row.integer(3));
  service.transport = row.text(4);
  service.vhost = row.text(5);
  service.state = row.text(6);
  service.verdict = row.text(7);
  service.tls = row.text(8);
  service.service = row.text(9);
  service.vendor = row.text(10);
  service.product = row.text(11);
  service.product_zh = row.text(12);
  service.version = row.text(13);
  service.cpe = row.text(14);
  service.os = row.text(15);
  service.confidence = static_cast<int>(row.integer(16));
  service.rule = row.text(17);
  service.also = row.text(18);
  service.first_seen = row.time(19);
  service.last_seen = row.time(20);
  add_doubts(words, row.bytes(21), kOfService, service.doubts);
  add_doubts(words, row.bytes(22), kOfServiceHost, service.doubts);
  return service;
}

AssetRow read_asset_row(Words& words, const Use& row) {
  AssetRow asset;
  asset.asset = asset_number(row.integer(0));
  asset.name = row.text(1);
  asset.host = row.text(2);
  asset.os = row.text(3);
  asset.device_class = row.text(4);
  asset.unit = row.text(5);
  asset.system = row.text(6);
  asset.registration = row.text(7);
  asset.lifecycle = row.text(8);
  asset.presence = row.text(9);
  asset.first_seen = row.time(10);
  asset.last_seen = row.time(11);
  add_doubts(words, row.bytes(12), kOfAsset, asset.doubts);
  return asset;
}

// Of those merged into it, oldest number first: what the survivor does not say, and the better of
// the times and states, as merges.h folds records.
void add_members(Database& database, const model::AssetRecord& folded, AssetRow& asset) {
  asset.presence = to_string(folded.presence);
  asset.first_seen = folded.first_seen;
  asset.last_seen = folded.last_seen;
  const auto fill = [&](std::string& cell, std::string_view field) {
    if (cell.empty()) cell = text_of(database, folded.facts, field);
  };
  fill(asset.name, model::field::kName);
  fill(asset.host, model::field::kHostName);
  fill(asset.device_class, model::field::kDeviceClass);
  fill(asset.unit, model::field::kUnit);
  fill(asset.system, model::field::kSystem);
}

// Addresses held now, the oldest first; where none is held now, the last one that was.
void add_addresses(Database& database, model::AssetId id, AssetRow& asset) {
  auto rows = database.ask(
      "SELECT z.name, b.ip, b.until FROM addr_binding b JOIN zone z ON z.id = b.zone_id "
      "WHERE b.asset_id = ?1 OR b.asset_id IN (SELECT asset_id FROM asset_merge WHERE root_id = "
      "?1) "
      "ORDER BY b.until <> 0, b.until DESC, b.since, b.ip",
      id);
  while (rows.next()) {
    const auto ip = rows.address(1).to_string();
    if (asset.ip.empty()) {
      asset.zone = rows.text(0);
      asset.ip = ip;
    } else if (rows.integer(2) == 0) {
      asset.other_ips.push_back(ip);
    }
  }
}

RunRow read_run_row(Database& database, const Use& row) {
  RunRow found;
  found.run = read_run(row);
  found.applied = row.time(kRunApplied);
  found.counts = find_counts(database, found.run.id);
  auto sums = database.ask(
      "SELECT coalesce(sum(deferred), 0), coalesce(sum(CASE WHEN loss_estimate >= 0 THEN "
      "loss_estimate * answered END), -1), coalesce(sum(CASE WHEN missed_estimate >= 0 THEN "
      "missed_estimate END), -1) FROM run_report WHERE run_id = ?",
      found.run.id);
  if (sums.next()) {
    found.deferred = static_cast<std::uint64_t>(sums.integer(0));
    found.lost_estimate = sums.real(1);
    found.missed_estimate = sums.real(2);
  }
  for (const auto& block : read_coverage(database, found.run.id).blocks) {
    for (const auto outcome : block.outcomes) {
      switch (outcome) {
        case model::HostOutcome::answered:
          ++found.answered;
          break;
        case model::HostOutcome::silent:
          ++found.silent;
          break;
        case model::HostOutcome::skipped:
          ++found.skipped;
          break;
        case model::HostOutcome::unreachable:
          ++found.unreachable;
          break;
        case model::HostOutcome::error:
          ++found.error;
          break;
      }
    }
  }
  return found;
}

// Error input where an address is held in several zones: it does not say which asset is meant.
std::optional<model::AssetId> asset_by_name(Database& database, std::string_view name) {
  if (const auto id = parse_asset_number(name)) return id;
  const auto ip = net::parse_address(name);
  if (!ip) return std::nullopt;
  std::optional<model::AssetId> found;
  auto rows = database.ask(
      "SELECT asset_id FROM addr_binding WHERE zone_id IN (SELECT id FROM zone) AND ip = ? AND "
      "until = 0",
      *ip);
  while (rows.next()) {
    if (found) {
      database.fail(
          {ErrorCode::input,
           std::string(name) + " is in use in several zones; name the asset by its 资产编号",
           {}});
      return std::nullopt;
    }
    found = model::AssetId{rows.integer(0)};
  }
  return found;
}

}  // namespace

namespace {

// Sorting more than this takes longer than to walk the list in order until a page is full.
constexpr std::int64_t kFewRows = 2000;

// An index answers part of the condition, and what it leaves is little.
bool leaves_few(Database& database, const Condition& condition) {
  if (!condition.selective) return false;
  auto count = database.ask("SELECT count(*) FROM (SELECT 1 FROM " + kSelected + " WHERE " +
                            condition.sql + " LIMIT " + std::to_string(kFewRows + 1) + ")");
  bind_values(count, condition);
  return count.next() && count.integer(0) <= kFewRows;
}

}  // namespace

Query::Query(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Query::Query(Query&&) noexcept = default;
Query& Query::operator=(Query&&) noexcept = default;
Query::~Query() = default;

Result<Query> Query::open(const std::string& path) {
  auto database = open_for_reading(path);
  if (!database) return database.error();
  return Query(std::move(*database));
}

Result<void> Query::services(const Filter& filter,
                             const std::function<bool(const ServiceRow&)>& on_row) const {
  auto condition = make_service_condition(filter);
  if (!condition) return condition.error();
  Reading reading(*database_);
  const std::string sql = "SELECT " + std::string(kServiceColumns) + " FROM " +
                          (leaves_few(*database_, *condition) ? kSelected : kInOrder) + " WHERE " +
                          condition->sql + " ORDER BY z.name, s.ip, s.transport, s.port, s.vhost";
  auto rows = database_->ask(sql);
  bind_values(rows, *condition);
  Words words(*database_);
  while (rows.next() && on_row(read_service_row(words, rows))) {
  }
  return reading.finish();
}

Result<void> Query::assets(const Filter& filter,
                           const std::function<bool(const AssetRow&)>& on_row) const {
  auto condition = make_asset_condition(filter);
  if (!condition) return condition.error();
  Reading reading(*database_);
  const std::string sql =
      "SELECT a.id, a.name, a.host, a.os, a.device_class, a.unit, a.system, a.registration, "
      "a.lifecycle, "
      "a.presence, a.first_seen, a.last_seen, f.content FROM asset a "
      "LEFT JOIN asset_facts f ON f.asset_id = a.id WHERE " +
      condition->sql + " ORDER BY a.id";
  auto rows = database_->ask(sql);
  bind_values(rows, *condition);
  Words words(*database_);
  while (rows.next()) {
    auto asset = read_asset_row(words, rows);
    const model::AssetId id{rows.integer(0)};
    add_addresses(*database_, id, asset);
    if (!members_of(*database_, id).empty()) {
      if (const auto folded = read_folded(words, id)) add_members(*database_, *folded, asset);
    }
    asset.services = static_cast<std::uint64_t>(database_->number(
        "SELECT count(*) FROM service WHERE (asset_id = ?1 OR asset_id IN (SELECT "
        "asset_id FROM asset_merge WHERE root_id = ?1)) AND state = 'open' "
        "AND verdict IN ('open-verified', 'open-acked')",
        id));
    if (!database_->ok() || !on_row(asset)) break;
  }
  return reading.finish();
}

Result<std::optional<model::AssetRecord>> Query::find_asset(std::string_view name) const {
  Reading reading(*database_);
  std::optional<model::AssetRecord> asset;
  if (const auto id = asset_by_name(*database_, name)) {
    Words words(*database_);
    asset = read_folded(words, root_of(*database_, *id));
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return asset;
}

Result<void> Query::records(const std::function<bool(const model::AssetRecord&)>& on_row) const {
  Reading reading(*database_);
  Words words(*database_);
  auto rows = database_->ask("SELECT id FROM asset ORDER BY id");
  while (rows.next()) {
    const auto asset = read_asset(words, {rows.integer(0)});
    if (!asset || !database_->ok() || !on_row(*asset)) break;
  }
  return reading.finish();
}

Result<void> Query::changes(const ChangeFilter& filter,
                            const std::function<bool(const model::Change&)>& on_row) const {
  Reading reading(*database_);
  std::string sql = "SELECT " + std::string(kChangeColumns) + " FROM change_event WHERE seq > ?1";
  if (filter.run && filter.since_run) {
    sql += " AND run_id > ?3 AND run_id <= ?2";
  } else if (filter.run) {
    sql += " AND run_id = ?2";
  } else if (filter.since_run) {
    sql += " AND run_id > ?3";
  }
  auto rows = database_->ask(sql + " ORDER BY seq", filter.after_seq);
  if (filter.run) rows.bind(2, *filter.run);
  if (filter.since_run) rows.bind(3, *filter.since_run);
  while (rows.next() && on_row(read_change(rows))) {
  }
  return reading.finish();
}

Result<std::vector<model::Change>> Query::changes_of(model::AssetId asset) const {
  Reading reading(*database_);
  std::vector<model::Change> changes;
  const std::string sql =
      "SELECT " + std::string(kChangeColumns) +
      " FROM change_event WHERE asset_id = ?1 OR asset_id IN (SELECT asset_id FROM "
      "asset_merge WHERE root_id = ?1) ORDER BY seq";
  auto rows = database_->ask(sql, asset);
  while (rows.next()) changes.push_back(read_change(rows));
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return changes;
}

Result<std::vector<RunRow>> Query::runs() const {
  Reading reading(*database_);
  std::vector<RunRow> runs;
  auto rows = database_->ask("SELECT " + std::string(kRunColumns) + " FROM run ORDER BY id DESC");
  while (rows.next()) runs.push_back(read_run_row(*database_, rows));
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return runs;
}

Result<std::optional<RunRow>> Query::find_run(model::RunId run) const {
  Reading reading(*database_);
  std::optional<RunRow> found;
  auto row = database_->ask("SELECT " + std::string(kRunColumns) + " FROM run WHERE id = ?", run);
  if (row.next()) found = read_run_row(*database_, row);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return found;
}

Result<model::Coverage> Query::coverage(model::RunId run) const {
  Reading reading(*database_);
  auto coverage = read_coverage(*database_, run);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return coverage;
}

Result<std::vector<model::PrefixReport>> Query::reports(model::RunId run) const {
  Reading reading(*database_);
  auto reports = read_reports(*database_, run);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return reports;
}

Result<std::optional<model::RunId>> Query::last_applied() const {
  Reading reading(*database_);
  const auto id =
      database_->number("SELECT id FROM run WHERE applied <> 0 ORDER BY id DESC LIMIT 1");
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return id == 0 ? std::nullopt : std::optional(model::RunId{id});
}

Result<void> Query::certificates(const std::function<bool(const CertificateRow&)>& on_row) const {
  Reading reading(*database_);
  static const std::string sql =
      "SELECT " + std::string(kCertificateColumns) +
      " FROM certificate c WHERE c.sha256 IN (SELECT s.certificate FROM service s "
      "WHERE s.certificate <> '' AND s.state = 'open' UNION SELECT u.sha256 FROM certificate_use u "
      "JOIN service s ON s.id = u.service_id WHERE u.last_seen = 0 AND s.state = 'open') "
      "ORDER BY c.sha256";
  const auto further = further_uses(*database_);
  auto rows = database_->ask(sql);
  while (rows.next()) {
    CertificateRow row;
    row.certificate = read_certificate(*database_, rows);
    const auto beside = further.find(row.certificate.sha256);
    const std::string ids = beside == further.end() ? "[]" : model::to_json(beside->second);
    auto uses = database_->ask(
        "SELECT z.name, s.ip, s.transport, s.port, s.asset_id, u.first_seen, s.last_seen FROM "
        "service s "
        "JOIN zone z ON z.id = s.zone_id "
        "JOIN certificate_use u ON u.service_id = s.id AND u.sha256 = ?1 "
        "WHERE (s.certificate = ?1 OR s.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))) "
        "AND s.state = "
        "'open' ORDER BY z.name, s.ip, s.transport, s.port, s.vhost",
        row.certificate.sha256, ids);
    while (uses.next()) {
      row.used_at.push_back(read_endpoint(uses, 0));
      row.assets.push_back(asset_number(root_of(*database_, {uses.integer(4)}).value));
      const bool first = row.used_at.size() == 1;
      row.first_seen = first ? uses.time(5) : std::min(row.first_seen, uses.time(5));
      row.last_seen = std::max(row.last_seen, uses.time(6));
    }
    if (!database_->ok() || !on_row(row)) break;
  }
  return reading.finish();
}

Result<std::optional<Bytes>> Query::find_blob(std::string_view sha256) const {
  const auto digest = from_hex(sha256);
  if (!digest || digest->size() != 32) {
    return Error{ErrorCode::input, "\"" + std::string(sha256) + "\" is not a SHA-256", {}};
  }
  Reading reading(*database_);
  std::optional<Bytes> content;
  auto row = database_->ask("SELECT content FROM blob WHERE sha256 = ?", *digest);
  if (row.next()) content.emplace(row.bytes(0).begin(), row.bytes(0).end());
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return content;
}

Result<std::vector<Query::Evidence>> Query::evidence(const model::Endpoint& at) const {
  Reading reading(*database_);
  std::vector<Evidence> found;
  auto rows = database_->ask(
      "SELECT o.run_id, o.vhost, o.exchange, o.probe, o.channel, o.sha256, o.inside_tls, "
      "o.truncated, o.at, "
      "b.content FROM observation o JOIN blob b ON b.sha256 = o.sha256 "
      "WHERE o.zone_id = (SELECT id FROM zone WHERE name = ?) AND o.ip = ? AND o.transport = ? "
      "AND o.port = ? ORDER BY o.run_id DESC, o.position",
      at.zone, at.ip, net::to_string(at.transport), at.port);
  while (rows.next()) {
    Evidence one;
    one.run = {rows.integer(0)};
    one.sha256 = to_hex(rows.bytes(5));
    const auto content = rows.bytes(9);
    one.observation = {at,
                       rows.text(3),
                       rows.text(4),
                       rows.text(1),
                       rows.integer(6) != 0,
                       static_cast<std::uint32_t>(rows.integer(2)),
                       rows.integer(7) != 0,
                       Bytes(content.begin(), content.end()),
                       rows.time(8)};
    found.push_back(std::move(one));
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return found;
}

}  // namespace qingdan::registry
