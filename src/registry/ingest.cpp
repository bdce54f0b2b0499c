// ingest — what a run saw, into the tables of 0002_evidence.sql (store.h, R1), and out again.
#include <algorithm>
#include <map>
#include <tuple>

#include "qingdan/base/text.h"
#include "qingdan/model/json.h"
#include "qingdan/net/digest.h"
#include "qingdan/registry/store.h"
#include "registry/rows.h"
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
      "INSERT INTO port_result (run_id, zone_id, ip, transport, port, verdict, rtt_ms, tries, at) "
      "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?6 <> 'closed' "
      "OR EXISTS (SELECT 1 FROM service WHERE zone_id = ?2 AND ip = ?3 AND transport = ?4 AND port "
      "= ?5) "
      "OR EXISTS (SELECT 1 FROM port_result WHERE run_id = ?1 AND zone_id = ?2 AND ip = ?3 "
      "AND transport = ?4 AND port = ?5) "
      "ON CONFLICT (run_id, zone_id, ip, transport, port) DO UPDATE SET verdict = "
      "excluded.verdict, "
      "rtt_ms = excluded.rtt_ms, tries = excluded.tries, at = excluded.at";
  database.run(kSql, run, at.zone, at.ip, at.transport, at.port, to_string(result.verdict),
               result.rtt_ms, result.tries, result.time);
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
  FindingWriter(Database& database, Zones& zones, const model::Run& run)
      : database_(database), zones_(zones), run_(run) {}

  void write(const model::Finding& finding) {
    const Place at = place_of(zones_, finding.at);
    // A later finding of the same place speaks instead of the former.
    clear("DELETE FROM seen_claim", at, finding.vhost);
    clear("DELETE FROM seen_identifier", at, finding.vhost);
    clear("DELETE FROM seen_certificate", at, finding.vhost);
    for (const auto& claim : finding.service_claims)
      write_claim(at, finding.vhost, "service", claim);
    for (const auto& claim : finding.host_claims) write_claim(at, finding.vhost, "host", claim);
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

  void write_claim(const Place& at, const std::string& vhost, std::string_view scope,
                   const model::Claim& claim) {
    // Two claims of one field in one finding: the surer one speaks.
    database_.run(
        "INSERT INTO seen_claim (run_id, zone_id, ip, transport, port, vhost, scope, field, "
        "source, value, "
        "confidence, rule, rule_release, evidence, asserted_at, valid_until) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET value = excluded.value, confidence = excluded.confidence, "
        "rule = excluded.rule, rule_release = excluded.rule_release, evidence = excluded.evidence, "
        "asserted_at = excluded.asserted_at, valid_until = excluded.valid_until "
        "WHERE excluded.confidence > confidence",
        run_.id, at.zone, at.ip, at.transport, at.port, vhost, scope, claim.field,
        claim.source.empty() ? "probe:" + run_.vantage : claim.source, claim.value,
        claim.confidence, claim.rule, claim.rule_release, claim.evidence,
        claim.asserted_at.value != 0 ? claim.asserted_at : run_.started, claim.valid_until);
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

  Database& database_;
  Zones& zones_;
  const model::Run& run_;
};

// Puts together what the tables say of the hosts of one run.
class SeenReader {
 public:
  SeenReader(Database& database, model::RunSeen& seen) : database_(database), seen_(seen) {}

  void read() {
    read_hosts();
    read_results();
    read_claims();
    read_identifiers();
    for (auto& host : seen_.hosts) finish(host);
  }

 private:
  using Key = std::tuple<model::Endpoint, std::string>;

  void read_hosts() {
    auto rows = database_.ask(
        "SELECT z.name, h.ip, h.last_at FROM host_seen h JOIN zone z ON z.id = h.zone_id "
        "WHERE h.run_id = ? ORDER BY z.name, h.ip",
        seen_.run.id);
    while (rows.next()) {
      model::HostSeen host;
      host.zone = rows.text(0);
      host.ip = rows.address(1);
      host.time = rows.time(2);
      host.outcome =
          seen_.coverage.outcome(host.zone, host.ip).value_or(model::HostOutcome::answered);
      index_.emplace(std::pair(host.zone, host.ip), seen_.hosts.size());
      seen_.hosts.push_back(std::move(host));
    }
  }

  model::HostSeen* host_of(const model::Endpoint& at) {
    const auto found = index_.find({at.zone, at.ip});
    return found == index_.end() ? nullptr : &seen_.hosts[found->second];
  }

  void read_results() {
    auto rows = database_.ask(
        "SELECT z.name, r.ip, r.transport, r.port, r.verdict, r.tries FROM port_result r "
        "JOIN zone z ON z.id = r.zone_id WHERE r.run_id = ?",
        seen_.run.id);
    while (rows.next()) {
      const auto at = read_endpoint(rows, 0);
      const auto verdict = rows.word<model::Verdict>(4);
      auto* host = host_of(at);
      if (host == nullptr) continue;
      if (verdict != model::Verdict::closed) {
        verdicts_.emplace(at, verdict);
        service_of(*host, at, {});
      } else if (rows.integer(5) >= 2) {
        host->closed.push_back(at);
      }
    }
  }

  model::ServiceSeen& service_of(model::HostSeen& host, const model::Endpoint& at,
                                 std::string vhost) {
    const auto [found, added] = services_.try_emplace({at, vhost}, host.services.size());
    if (added) {
      // A finding without a result of the sweep came from a conversation: the peer spoke.
      const auto verdict = verdicts_.find(at);
      host.services.push_back(
          {at,
           std::move(vhost),
           verdict == verdicts_.end() ? model::Verdict::open_verified : verdict->second,
           {}});
    }
    return host.services[found->second];
  }

  void read_claims() {
    auto rows = database_.ask(
        "SELECT z.name, c.ip, c.transport, c.port, c.vhost, c.scope, c.field, c.source, c.value, "
        "c.confidence, c.rule, c.rule_release, c.evidence, c.run_id, c.asserted_at, c.valid_until, "
        "'', '', '', 0 "
        "FROM seen_claim c JOIN zone z ON z.id = c.zone_id WHERE c.run_id = ? "
        "ORDER BY z.name, c.ip, c.transport, c.port, c.vhost, c.field, c.source",
        seen_.run.id);
    while (rows.next()) {
      const auto at = read_endpoint(rows, 0);
      auto* host = host_of(at);
      if (host == nullptr) continue;
      auto claim = read_claim(rows, 6);
      if (rows.view(5) == "host") {
        host->claims.push_back(std::move(claim));
      } else {
        service_of(*host, at, rows.text(4)).claims.push_back(std::move(claim));
      }
    }
  }

  void read_identifiers() {
    auto rows = database_.ask(
        "SELECT z.name, i.ip, i.transport, i.port, i.type, i.value FROM seen_identifier i "
        "JOIN zone z ON z.id = i.zone_id WHERE i.run_id = ?",
        seen_.run.id);
    while (rows.next()) {
      auto* host = host_of(read_endpoint(rows, 0));
      if (host == nullptr) continue;
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
  std::map<std::pair<std::string, net::Address>, std::size_t> index_;
  std::map<model::Endpoint, model::Verdict> verdicts_;
  std::map<Key, std::size_t> services_;
};

Error no_run(model::RunId run) {
  return {ErrorCode::input, "there is no run " + std::to_string(run.value), {}};
}

}  // namespace

Result<void> Store::add(model::RunId run, std::span<const model::PortResult> results) {
  auto& database = *held_->database;
  Transaction transaction(database);
  Zones zones(database);
  Answers answers;
  for (const auto& result : results) {
    const bool refused = result.verdict == model::Verdict::closed;
    if (!refused && !model::is_open(result.verdict)) continue;
    answers.add(result.at, result.time);
    write_result(database, zones, run, result);
  }
  answers.write(database, zones, run);
  return transaction.commit();
}

Result<void> Store::add(model::RunId run, std::span<const model::Observation> observations) {
  auto& database = *held_->database;
  Transaction transaction(database);
  Zones zones(database);
  Answers answers;
  auto [next, fresh] = held_->next_position.try_emplace(run.value, 0);
  if (fresh)
    next->second = database.number("SELECT count(*) FROM observation WHERE run_id = ?", run);
  for (const auto& observation : observations) {
    answers.add(observation.at, observation.time);
    write_observation(database, zones, run, observation, next->second++);
  }
  answers.write(database, zones, run);
  return transaction.commit();
}

Result<void> Store::add(model::RunId run, std::span<const model::Finding> findings) {
  auto& database = *held_->database;
  Transaction transaction(database);
  const auto held = find_run(database, run);
  if (!held) database.fail(no_run(run));
  Zones zones(database);
  for (const auto& finding : findings) {
    if (!database.ok()) break;
    FindingWriter(database, zones, *held).write(finding);
  }
  return transaction.commit();
}

Result<model::RunSeen> Store::load_seen(model::RunId run) {
  auto& database = *held_->database;
  Reading reading(database);
  model::RunSeen seen;
  if (auto held = find_run(database, run)) {
    seen.run = std::move(*held);
    seen.coverage = read_coverage(database, run);
    SeenReader(database, seen).read();
  } else {
    database.fail(no_run(run));
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return seen;
}

}  // namespace qingdan::registry
