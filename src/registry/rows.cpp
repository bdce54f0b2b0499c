// rows — see rows.h.
#include "registry/rows.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "qingdan/model/json.h"
#include "registry/packed.h"
#include "registry/said.h"

namespace qingdan::registry {
namespace {

constexpr std::string_view kNumberPrefix = "ZC-";
constexpr std::size_t kNumberDigits = 6;

}  // namespace

std::string asset_number(std::int64_t id) {
  std::string digits = std::to_string(id);
  if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
  return std::string(kNumberPrefix) + digits;
}

std::optional<model::AssetId> parse_asset_number(std::string_view text) {
  if (!text.starts_with(kNumberPrefix)) return std::nullopt;
  text.remove_prefix(kNumberPrefix.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id < 1) return std::nullopt;
  if (asset_number(id) != std::string(kNumberPrefix) + std::string(text)) return std::nullopt;
  return model::AssetId{id};
}

std::int64_t Zones::id(const std::string& name) {
  if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  auto id = database_.number("SELECT id FROM zone WHERE name = ?", name);
  if (id == 0 && database_.run("INSERT INTO zone (name) VALUES (?)", name))
    id = database_.last_id();
  ids_.emplace(name, id);
  return id;
}

// ---- runs

model::Run read_run(const Use& row) {
  model::Run run;
  run.id = {row.integer(0)};
  run.kind = row.word<model::RunKind>(1);
  run.state = row.word<model::RunState>(2);
  run.started = row.time(3);
  run.ended = row.time(4);
  run.vantage = row.text(5);
  run.scope_hash = row.text(6);
  run.authorisation = row.text(7);
  run.issued_by = row.text(8);
  run.method = row.text(9);
  run.ports = row.text(10);
  run.rule_release = row.text(11);
  run.program_version = row.text(12);
  run.failure = row.text(13);
  return run;
}

std::optional<model::Run> find_run(Database& database, model::RunId run) {
  static const std::string sql = "SELECT " + std::string(kRunColumns) + " FROM run WHERE id = ?";
  auto row = database.ask(sql, run);
  if (!row.next()) return std::nullopt;
  return read_run(row);
}

// ---- coverage

std::string encode_outcomes(const std::vector<model::HostOutcome>& outcomes) {
  constexpr std::string_view kLetters = "askue";  // in the order of model::HostOutcome
  std::string text;
  for (std::size_t i = 0; i < outcomes.size();) {
    std::size_t end = i + 1;
    while (end < outcomes.size() && outcomes[end] == outcomes[i]) ++end;
    text += std::to_string(end - i) + kLetters[static_cast<std::size_t>(outcomes[i])];
    i = end;
  }
  return text;
}

std::optional<std::vector<model::HostOutcome>> decode_outcomes(std::string_view text) {
  constexpr std::string_view kLetters = "askue";
  constexpr std::size_t kMost = 1U
                                << 24;  // far above any block; a damaged count must not eat memory
  std::vector<model::HostOutcome> outcomes;
  while (!text.empty()) {
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc{} || count == 0 || count > kMost || text.empty()) return std::nullopt;
    const auto letter = kLetters.find(text.front());
    if (letter == std::string_view::npos || outcomes.size() + count > kMost) return std::nullopt;
    outcomes.insert(outcomes.end(), count, static_cast<model::HostOutcome>(letter));
    text.remove_prefix(1);
  }
  return outcomes;
}

void write_coverage(Database& database, model::RunId run, const model::Coverage& coverage) {
  Zones zones(database);
  database.run("DELETE FROM coverage_block WHERE run_id = ?", run);
  database.run("DELETE FROM run_exclusion WHERE run_id = ?", run);
  database.run(
      "INSERT INTO coverage (run_id, ports) VALUES (?, ?) "
      "ON CONFLICT (run_id) DO UPDATE SET ports = excluded.ports",
      run, coverage.ports.to_string());
  for (const auto& block : coverage.blocks) {
    database.run(
        "INSERT INTO coverage_block (run_id, zone_id, first, outcomes) VALUES (?, ?, ?, ?)", run,
        zones.id(block.zone), block.first, encode_outcomes(block.outcomes));
  }
  int position = 0;
  for (const auto& exclusion : coverage.exclusions) {
    database.run(
        "INSERT INTO run_exclusion (run_id, position, what, reason, owner, until) VALUES (?, ?, ?, "
        "?, ?, ?)",
        run, position++, exclusion.what, exclusion.reason, exclusion.owner, exclusion.until);
  }
}

model::Coverage read_coverage(Database& database, model::RunId run) {
  model::Coverage coverage;
  {
    auto row = database.ask("SELECT ports FROM coverage WHERE run_id = ?", run);
    if (row.next() && !row.view(0).empty()) {
      auto ports = net::parse_ports(row.view(0));
      if (ports) {
        coverage.ports = std::move(*ports);
      } else {
        database.fail(ports.error().in("coverage of run " + std::to_string(run.value)));
      }
    }
  }
  auto blocks = database.ask(
      "SELECT z.name, b.first, b.outcomes FROM coverage_block b JOIN zone z ON z.id = b.zone_id "
      "WHERE b.run_id = ? ORDER BY z.name, b.first",
      run);
  while (blocks.next()) {
    auto outcomes = decode_outcomes(blocks.view(2));
    if (!outcomes) {
      database.fail({ErrorCode::io,
                     database.path() + " is damaged (coverage of run " + std::to_string(run.value) +
                         " cannot be read)",
                     {}});
      break;
    }
    coverage.blocks.push_back({blocks.text(0), blocks.address(1), std::move(*outcomes)});
  }
  auto exclusions = database.ask(
      "SELECT what, reason, owner, until FROM run_exclusion WHERE run_id = ? ORDER BY position",
      run);
  while (exclusions.next()) {
    coverage.exclusions.push_back(
        {exclusions.text(0), exclusions.text(1), exclusions.text(2), exclusions.text(3)});
  }
  return coverage;
}

// ---- assets

namespace {

// Services of addresses it holds now; what an address carried before it went to another is history.
// The facts of each, packed, come beside it: they can be read once its claims are known.
std::vector<Bytes> read_services(Database& database, model::AssetRecord& asset) {
  std::vector<Bytes> facts;
  auto rows = database.ask(
      "SELECT s.id, z.name, s.ip, s.transport, s.port, s.vhost, s.state, s.verdict, s.misses, "
      "s.first_missed, s.first_seen, s.last_seen, f.content FROM service s "
      "JOIN zone z ON z.id = s.zone_id LEFT JOIN service_facts f ON f.service_id = s.id "
      "WHERE s.asset_id = ?",
      asset.id);
  while (rows.next()) {
    model::ServiceRecord service;
    service.id = {rows.integer(0)};
    service.at = read_endpoint(rows, 1);
    const bool bound =
        std::any_of(asset.bindings.begin(), asset.bindings.end(), [&](const auto& binding) {
          return binding.until.value == 0 && binding.ip == service.at.ip &&
                 binding.zone == service.at.zone;
        });
    if (!bound) continue;
    service.vhost = rows.text(5);
    service.state = rows.word<model::PortState>(6);
    service.verdict = rows.word<model::Verdict>(7);
    service.misses = static_cast<int>(rows.integer(8));
    service.first_missed = rows.time(9);
    service.first_seen = rows.time(10);
    service.last_seen = rows.time(11);
    asset.services.push_back(std::move(service));
    const auto packed = rows.bytes(12);
    facts.emplace_back(packed.begin(), packed.end());
  }
  return facts;
}

void read_service_parts(Words& words, model::AssetRecord& asset) {
  const auto facts = read_services(words.database(), asset);
  std::unordered_map<std::int64_t, model::ServiceRecord*> by_id;
  for (auto& service : asset.services) by_id.emplace(service.id.value, &service);
  if (by_id.empty()) return;
  auto rows = words.database().ask(
      "SELECT s.id, c.content FROM service s JOIN service_claims c "
      "ON c.id BETWEEN s.id << 20 AND (s.id << 20) | 1048575 WHERE s.asset_id = ?",
      asset.id);
  while (rows.next()) {
    const auto found = by_id.find(rows.integer(0));
    if (found != by_id.end()) unpack_claims(words, rows.bytes(1), found->second->claims);
  }
  for (std::size_t i = 0; i < asset.services.size(); ++i) {
    auto& service = asset.services[i];
    sort_claims(service.claims);
    if (!facts[i].empty()) service.facts = unpack_facts(words, facts[i], service.claims);
  }
}

void read_asset_parts(Words& words, model::AssetRecord& asset) {
  auto& database = words.database();
  auto bindings = database.ask(
      "SELECT z.name, b.ip, b.since, b.until FROM addr_binding b JOIN zone z ON z.id = b.zone_id "
      "WHERE b.asset_id = ? ORDER BY b.since, z.name, b.ip",
      asset.id);
  while (bindings.next()) {
    asset.bindings.push_back(
        {bindings.text(0), bindings.address(1), bindings.time(2), bindings.time(3)});
  }
  auto identifiers =
      database.ask("SELECT type, value FROM identifier WHERE asset_id = ?", asset.id);
  while (identifiers.next()) {
    asset.identifiers.push_back({identifiers.word<model::IdentifierType>(0), identifiers.text(1)});
  }
  std::sort(asset.identifiers.begin(), asset.identifiers.end());
  asset.claims = read_claims(words, Owner::asset, asset.id.value);
  asset.facts = read_facts(words, Owner::asset, asset.id.value, asset.claims);
}

}  // namespace

std::optional<model::AssetRecord> read_asset(Words& words, model::AssetId id) {
  model::AssetRecord asset;
  {
    auto row = words.database().ask(
        "SELECT presence, misses, first_missed, first_seen, last_seen, last_covered, identity_rule "
        "FROM asset WHERE id = ?",
        id);
    if (!row.next()) return std::nullopt;
    asset.id = id;
    asset.number = asset_number(id.value);
    asset.presence = row.word<model::Presence>(0);
    asset.misses = static_cast<int>(row.integer(1));
    asset.first_missed = row.time(2);
    asset.first_seen = row.time(3);
    asset.last_seen = row.time(4);
    asset.last_covered = row.time(5);
    asset.identity_rule = static_cast<int>(row.integer(6));
  }
  read_asset_parts(words, asset);
  read_service_parts(words, asset);
  std::sort(asset.services.begin(), asset.services.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at, a.vhost) < std::tie(b.at, b.vhost);
  });
  return asset;
}

// ---- changes

void write_change(Database& database, const model::Change& change,
                  std::optional<model::AssetId> asset) {
  std::optional<std::string_view> transport;
  std::optional<int> port;
  if (change.port) {
    transport = net::to_string(change.port->transport);
    port = change.port->port;
  }
  database.run(
      "INSERT INTO change_event (at, run_id, type, object, asset_id, zone, ip, transport, port, "
      "field, "
      "before, after, cause, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      change.time, reference(change.run), to_string(change.type), change.object, asset, change.zone,
      change.ip, transport, port, change.field, change.before, change.after,
      to_string(change.cause), change.evidence);
}

model::Change read_change(const Use& row) {
  model::Change change;
  change.seq = row.integer(0);
  change.time = row.time(1);
  change.run = {row.integer(2)};
  change.type = row.word<model::ChangeType>(3);
  change.object = row.text(4);
  change.asset = {row.integer(5)};
  if (change.asset) change.asset_number = asset_number(change.asset.value);
  change.zone = row.text(6);
  if (!row.is_null(7)) change.ip = row.address(7);
  if (!row.is_null(9)) {
    change.port =
        net::TransportPort{row.view(8) == "udp" ? net::Transport::udp : net::Transport::tcp,
                           static_cast<std::uint16_t>(row.integer(9))};
  }
  change.field = row.text(10);
  change.before = row.text(11);
  change.after = row.text(12);
  change.cause = row.word<model::Cause>(13);
  change.evidence = row.text(14);
  return change;
}

model::Endpoint read_endpoint(const Use& row, int from) {
  return {row.text(from), row.address(from + 1),
          row.view(from + 2) == "udp" ? net::Transport::udp : net::Transport::tcp,
          static_cast<std::uint16_t>(row.integer(from + 3))};
}

model::RunCounts find_counts(Database& database, model::RunId run) {
  auto row = database.ask(
      "SELECT addresses, planned, sent, retried, answered, open, conversations, not_probed, "
      "names_left_out FROM run_count WHERE run_id = ?",
      run);
  if (!row.next()) return {};
  const auto at = [&](int column) { return static_cast<std::uint64_t>(row.integer(column)); };
  return {at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8)};
}

model::CertificateStatement read_certificate(Database& database, const Use& row) {
  model::CertificateStatement certificate;
  certificate.sha256 = row.text(0);
  certificate.subject = row.text(1);
  certificate.issuer = row.text(2);
  auto san = model::parse_texts(row.view(3));
  if (!san) database.fail(san.error().in("certificate " + certificate.sha256));
  if (san) certificate.san = std::move(*san);
  certificate.key_algorithm = row.text(4);
  certificate.key_bits = static_cast<int>(row.integer(5));
  certificate.signature_algorithm = row.text(6);
  certificate.serial = row.text(7);
  certificate.spki_sha256 = row.text(8);
  certificate.not_before = row.time(9);
  certificate.not_after = row.time(10);
  certificate.self_signed = row.integer(11) != 0;
  return certificate;
}

}  // namespace qingdan::registry
