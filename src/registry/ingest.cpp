// ingest — what a run saw, into the tables of 0002_evidence.sql (store.h, R1), and out again.
#include <algorithm>
#include <map>
#include <tuple>

#include "qingdan/base/text.h"
#include "qingdan/model/json.h"
#include "qingdan/net/digest.h"
#include "qingdan/registry/store.h"
#include "registry/incidents.h"
#include "registry/packed.h"
#include "registry/reverse_names.h"
#include "registry/rows.h"
#include "registry/run_state.h"
#include "registry/send_ledger.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

// The endpoint columns, bound in the order of every table that has them.
struct Place {
  std::int64_t zone;
  Bytes ip;
  std::string_view transport;
  std::uint16_t port;
};

Place place_of(Zones& zones, const model::Endpoint& at) {
  return {zones.id(at.zone), address_key(at.ip), net::to_string(at.transport), at.port};
}

// First and last answer by host, so that a thousand answers of one host are one row written.
class Answers {
 public:
  void add(const model::Endpoint& at, UnixMillis time) {
    const auto [found, added] = hosts_.try_emplace({at.zone, at.ip}, time, time);
    if (added) return;
    found->second.first = std::min(found->second.first, time);
    found->second.second = std::max(found->second.second, time);
  }
  void write(Database& database, Zones& zones, model::RunId run) const {
    for (const auto& [host, times] : hosts_) {
      database.run(
          "INSERT INTO host_seen (run_id, zone_id, ip, first_at, last_at) VALUES (?, ?, ?, ?, ?) "
          "ON CONFLICT (run_id, zone_id, ip) DO UPDATE SET first_at = min(first_at, "
          "excluded.first_at), "
          "last_at = max(last_at, excluded.last_at)",
          run, zones.id(host.first), host.second, times.first, times.second);
    }
  }

 private:
  std::map<std::pair<std::string, net::Address>, std::pair<UnixMillis, UnixMillis>> hosts_;
};

void write_result(Database& database, Zones& zones, model::RunId run,
                  const model::PortResult& result) {
  const Place at = place_of(zones, result.at);
  // A refusal matters only where it may close something: a service held, or one heard in this run.
  constexpr std::string_view kSql =
      "INSERT INTO port_result (run_id, zone_id, ip, transport, port, verdict, rtt_ms, tries, at, "
      "look) "
      "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE ?6 <> 'closed' "
      "OR EXISTS (SELECT 1 FROM service WHERE zone_id = ?2 AND ip = ?3 AND transport = ?4 AND port "
      "= ?5) "
      "OR EXISTS (SELECT 1 FROM port_result WHERE run_id = ?1 AND zone_id = ?2 AND ip = ?3 "
      "AND transport = ?4 AND port = ?5) "
      "ON CONFLICT (run_id, zone_id, ip, transport, port) DO UPDATE SET verdict = "
      "excluded.verdict, "
      "rtt_ms = excluded.rtt_ms, tries = excluded.tries, at = excluded.at";
  database.run(kSql, run, at.zone, at.ip, at.transport, at.port, to_string(result.verdict),
               result.rtt_ms, result.tries, result.time, result.look);
}

void write_observation(Database& database, Zones& zones, model::RunId run,
                       const model::Observation& observation, std::int64_t position) {
  const Place at = place_of(zones, observation.at);
  const std::string hex = net::sha256_hex(observation.raw);
  const Bytes sha256 = *from_hex(hex);
  database.run("INSERT INTO blob (sha256, content) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING",
               sha256, observation.raw);
  database.run(
      "INSERT INTO observation (zone_id, ip, transport, port, run_id, vhost, exchange, probe, "
      "channel, "
      "sha256, position, inside_tls, truncated, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?) "
      "ON CONFLICT DO NOTHING",
      at.zone, at.ip, at.transport, at.port, run, observation.vhost, observation.exchange,
      observation.probe, observation.channel, sha256, position, observation.inside_tls,
      observation.truncated, observation.time);
}

// What one finding says, under the key that all its rows share.
class FindingWriter {
 public:
  FindingWriter(Words& words, Zones& zones, const model::Run& run)
      : words_(words),
        database_(words.database()),
        zones_(zones),
        run_(run),
        vantage_("probe:" + run.vantage) {}

  void write(const model::Finding& finding) {
    const Place at = place_of(zones_, finding.at);
    if (!write_claims(at, finding)) {
      // A later finding of the same place speaks instead of the former.
      clear("DELETE FROM seen_identifier", at, finding.vhost);
      clear("DELETE FROM seen_certificate", at, finding.vhost);
    }
    for (const auto& identifier : finding.identifiers) {
      database_.run(
          "INSERT INTO seen_identifier (run_id, zone_id, ip, transport, port, vhost, type, value) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          run_.id, at.zone, at.ip, at.transport, at.port, finding.vhost, to_string(identifier.type),
          identifier.value);
    }
    int position = 0;
    for (const auto& certificate : finding.certificates) {
      write_certificate(certificate);
      database_.run(
          "INSERT INTO seen_certificate (run_id, zone_id, ip, transport, port, vhost, position, "
          "sha256) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          run_.id, at.zone, at.ip, at.transport, at.port, finding.vhost, position++,
          certificate.sha256);
    }
  }

 private:
  void clear(std::string_view what, const Place& at, const std::string& vhost) {
    const std::string sql =
        std::string(what) +
        " WHERE run_id = ? AND zone_id = ? AND ip = ? AND transport = ? AND port = ? "
        "AND vhost = ?";
    database_.run(sql, run_.id, at.zone, at.ip, at.transport, at.port, vhost);
  }

  // True where there was no finding of this place in the run.
  bool write_claims(const Place& at, const model::Finding& finding) {
    const auto service = pack_claims(words_, complete(finding.service_claims));
    const auto host = pack_claims(words_, complete(finding.host_claims));
    database_.run(
        "INSERT INTO seen_finding (run_id, zone_id, ip, transport, port, vhost, service_claims, "
        "host_claims) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        run_.id, at.zone, at.ip, at.transport, at.port, finding.vhost, service, host);
    if (database_.changed_rows() != 0) return true;
    database_.run(
        "UPDATE seen_finding SET service_claims = ?, host_claims = ? WHERE run_id = ? AND zone_id "
        "= ? AND ip = ? AND transport = ? AND port = ? AND vhost = ?",
        service, host, run_.id, at.zone, at.ip, at.transport, at.port, finding.vhost);
    return false;
  }

  // With what identification leaves to the pipeline. Two claims of one field and source in one
  // finding: the surer one speaks.
  std::vector<model::Claim> complete(std::vector<model::Claim> claims) {
    for (auto& claim : claims) {
      words_.check_json(claim.field, claim.value);
      if (claim.source.empty()) claim.source = vantage_;
      claim.run = run_.id;
      if (claim.asserted_at.value == 0) claim.asserted_at = run_.started;
    }
    std::stable_sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) {
      return std::tie(a.field, a.source, b.confidence) < std::tie(b.field, b.source, a.confidence);
    });
    const auto twin = [](const auto& a, const auto& b) {
      return a.field == b.field && a.source == b.source;
    };
    claims.erase(std::unique(claims.begin(), claims.end(), twin), claims.end());
    return claims;
  }

  void write_certificate(const model::CertificateStatement& certificate) {
    database_.run(
        "INSERT INTO certificate (sha256, subject, issuer, san, key_algorithm, key_bits, "
        "signature_algorithm, serial, spki_sha256, not_before, not_after, self_signed, der) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        certificate.sha256, certificate.subject, certificate.issuer,
        model::to_json(certificate.san), certificate.key_algorithm, certificate.key_bits,
        certificate.signature_algorithm, certificate.serial, certificate.spki_sha256,
        certificate.not_before, certificate.not_after, certificate.self_signed, certificate.der);
  }

  Words& words_;
  Database& database_;
  Zones& zones_;
  const model::Run& run_;
  const std::string vantage_;
};

// Puts together what the tables say of the hosts of one run. Every table is read in the order of
// its key, zone by zone in the order of their names (CROSS JOIN keeps SQLite from turning that
// round), which is the order of the hosts: nothing is searched for.
class SeenReader {
 public:
  SeenReader(Database& database, model::RunSeen& seen)
      : database_(database), seen_(seen), words_(database) {}

  void read() {
    read_hosts();
    read_results();
    read_findings();
    read_identifiers();
    for (auto& host : seen_.hosts) finish(host);
  }

 private:
  void read_hosts() {
    auto rows = database_.ask(
        "SELECT z.name, h.ip, h.last_at FROM zone z CROSS JOIN host_seen h ON h.zone_id = z.id "
        "WHERE h.run_id = ? ORDER BY z.name, h.ip",
        seen_.run.id);
    while (rows.next()) {
      model::HostSeen host;
      host.zone = rows.text(0);
      host.ip = rows.address(1);
      host.time = rows.time(2);
      host.outcome =
          seen_.coverage.outcome(host.zone, host.ip).value_or(model::HostOutcome::answered);
      seen_.hosts.push_back(std::move(host));
    }
  }

  // The host of a row, at or after that of the row before; nullptr where nobody answered.
  model::HostSeen* host_of(const model::Endpoint& at, std::size_t& position) const {
    auto& hosts = seen_.hosts;
    const auto key = std::tie(at.zone, at.ip);
    while (position < hosts.size() && std::tie(hosts[position].zone, hosts[position].ip) < key)
      ++position;
    const bool here =
        position < hosts.size() && std::tie(hosts[position].zone, hosts[position].ip) == key;
    return here ? &hosts[position] : nullptr;
  }

  void read_results() {
    auto rows = database_.ask(
        "SELECT z.name, r.ip, r.transport, r.port, r.verdict, r.tries FROM zone z "
        "CROSS JOIN port_result r ON r.zone_id = z.id WHERE r.run_id = ? "
        "ORDER BY z.name, r.ip, r.transport, r.port",
        seen_.run.id);
    std::size_t position = 0;
    while (rows.next()) {
      auto at = read_endpoint(rows, 0);
      const auto verdict = rows.word<model::Verdict>(4);
      auto* host = host_of(at, position);
      if (host == nullptr) continue;
      if (verdict != model::Verdict::closed) {
        host->services.push_back({std::move(at), {}, verdict, {}});
      } else if (rows.integer(5) >= 2) {
        host->closed.push_back(std::move(at));
      }
    }
  }

  static model::ServiceSeen& service_of(model::HostSeen& host, const model::Endpoint& at,
                                        std::string vhost) {
    // A finding without a result of the sweep came from a conversation: the peer spoke.
    auto verdict = model::Verdict::open_verified;
    for (auto& service : host.services) {
      if (service.at.port != at.port || service.at.transport != at.transport) continue;
      if (service.vhost == vhost) return service;
      if (service.vhost.empty()) verdict = service.verdict;
    }
    return host.services.emplace_back(model::ServiceSeen{at, std::move(vhost), verdict, {}});
  }

  // What answers there is a machine in front of the host, and so is all that it says of itself.
  static bool is_masked(const model::HostSeen& host, const model::Endpoint& at) {
    return std::any_of(host.services.begin(), host.services.end(), [&](const auto& service) {
      return service.verdict == model::Verdict::suspect_proxy && service.at == at;
    });
  }

  void read_findings() {
    auto rows = database_.ask(
        "SELECT z.name, f.ip, f.transport, f.port, f.vhost, f.service_claims, f.host_claims "
        "FROM zone z CROSS JOIN seen_finding f ON f.zone_id = z.id WHERE f.run_id = ? "
        "ORDER BY z.name, f.ip, f.transport, f.port, f.vhost",
        seen_.run.id);
    std::size_t position = 0;
    while (rows.next()) {
      const auto at = read_endpoint(rows, 0);
      auto* host = host_of(at, position);
      if (host == nullptr) continue;
      std::vector<model::Claim> claims;
      unpack_claims(words_, rows.bytes(5), claims);
      // What was found of the host alone makes no service.
      if (!claims.empty()) service_of(*host, at, rows.text(4)).claims = std::move(claims);
      if (is_masked(*host, at)) continue;
      unpack_claims(words_, rows.bytes(6), host->claims);
    }
  }

  void read_identifiers() {
    auto rows = database_.ask(
        "SELECT z.name, i.ip, i.transport, i.port, i.type, i.value FROM zone z "
        "CROSS JOIN seen_identifier i ON i.zone_id = z.id WHERE i.run_id = ? "
        "ORDER BY z.name, i.ip",
        seen_.run.id);
    std::size_t position = 0;
    while (rows.next()) {
      const auto at = read_endpoint(rows, 0);
      auto* host = host_of(at, position);
      if (host == nullptr || is_masked(*host, at)) continue;
      host->identifiers.push_back({rows.word<model::IdentifierType>(4), rows.text(5)});
    }
  }

  static void finish(model::HostSeen& host) {
    std::sort(host.identifiers.begin(), host.identifiers.end());
    host.identifiers.erase(std::unique(host.identifiers.begin(), host.identifiers.end()),
                           host.identifiers.end());
    std::sort(host.closed.begin(), host.closed.end());
    std::sort(host.services.begin(), host.services.end(), [](const auto& a, const auto& b) {
      return std::tie(a.at, a.vhost) < std::tie(b.at, b.vhost);
    });
    // Stable: of equally sure claims the one from the lowest port stays first.
    std::stable_sort(host.claims.begin(), host.claims.end(), [](const auto& a, const auto& b) {
      return std::tie(a.field, a.source, b.confidence) < std::tie(b.field, b.source, a.confidence);
    });
  }

  Database& database_;
  model::RunSeen& seen_;
  Words words_;
};

Error no_run(model::RunId run) {
  return {ErrorCode::input, "there is no run " + std::to_string(run.value), {}};
}

void write_results(Store::Held& held, model::RunId run,
                   std::span<const model::PortResult> results) {
  auto& database = *held.database;
  Zones zones(database);
  Answers answers;
  for (const auto& result : results) {
    const bool refused = result.verdict == model::Verdict::closed;
    if (!refused && !model::is_open(result.verdict)) continue;
    answers.add(result.at, result.time);
    write_result(database, zones, run, result);
  }
  answers.write(database, zones, run);
}

void write_observations(Store::Held& held, model::RunId run,
                        std::span<const model::Observation> observations) {
  auto& database = *held.database;
  Zones zones(database);
  Answers answers;
  auto [next, fresh] = held.next_position.try_emplace(run.value, 0);
  if (fresh)
    next->second = database.number("SELECT count(*) FROM observation WHERE run_id = ?", run);
  for (const auto& observation : observations) {
    answers.add(observation.at, observation.time);
    write_observation(database, zones, run, observation, next->second++);
  }
  answers.write(database, zones, run);
}

void write_findings(Store::Held& held, model::RunId run, std::span<const model::Finding> findings) {
  auto& database = *held.database;
  const auto known = find_run(database, run);
  if (!known) return database.fail(no_run(run));
  Zones zones(database);
  Words words(database);
  FindingWriter writer(words, zones, *known);
  for (const auto& finding : findings) {
    if (!database.ok()) break;
    writer.write(finding);
  }
}

}  // namespace

Result<void> Store::add(model::RunId run, std::span<const model::PortResult> results) {
  Transaction transaction(*held_->database);
  write_results(*held_, run, results);
  return transaction.commit();
}

Result<void> Store::add(model::RunId run, std::span<const model::Observation> observations) {
  Transaction transaction(*held_->database);
  write_observations(*held_, run, observations);
  return transaction.commit();
}

Result<void> Store::add(model::RunId run, std::span<const model::Finding> findings) {
  Transaction transaction(*held_->database);
  write_findings(*held_, run, findings);
  return transaction.commit();
}

Result<void> Store::add(model::RunId run, const Batch& batch) {
  auto& database = *held_->database;
  Transaction transaction(database);
  write_results(*held_, run, batch.results);
  write_observations(*held_, run, batch.observations);
  if (!batch.findings.empty()) write_findings(*held_, run, batch.findings);
  append_sent(database, run, batch.sent);
  write_trips(database, run, batch.trips);
  write_middleboxes(database, run, batch.middleboxes);
  write_reverse_names(database, run, batch.reverse_names);
  if (batch.checkpoint) write_checkpoint(database, run, *batch.checkpoint, held_->clock.now());
  return transaction.commit();
}

Result<model::RunSeen> Store::load_seen(model::RunId run) {
  auto& database = *held_->database;
  Reading reading(database);
  model::RunSeen seen;
  if (auto held = find_run(database, run)) {
    seen.run = std::move(*held);
    seen.coverage = read_coverage(database, run);
    seen.middleboxes = read_middleboxes(database, run);
    SeenReader(database, seen).read();
  } else {
    database.fail(no_run(run));
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return seen;
}

}  // namespace qingdan::registry
