// care — verifying, copying and putting back the file (qingdan/registry/audit.h).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "qingdan/base/handle.h"
#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"
#include "qingdan/registry/audit.h"
#include "registry/ledger.h"
#include "registry/lines.h"
#include "registry/migrate.h"
#include "registry/packed.h"
#include "registry/said.h"
#include "registry/sealed.h"
#include "registry/send_ledger.h"
#include "registry/sqlite.h"
#include "registry/writer_lock.h"

namespace qingdan::registry {
namespace {

// What must be zero in a sound register, each a count of rows that break it.
struct Law {
  std::string_view sql;
  std::string_view fault;
};
constexpr std::array kLaws{
    Law{R"sql(SELECT count(*) FROM addr_binding a JOIN addr_binding b
          ON a.zone_id = b.zone_id AND a.ip = b.ip AND (a.asset_id, a.since) < (b.asset_id, b.since)
          WHERE (a.until = 0 OR a.until > b.since) AND (b.until = 0 OR b.until > a.since))sql",
        "addresses are held by two assets at one time"},
    Law{R"sql(SELECT count(*) FROM service s WHERE s.state <> 'closed' AND NOT EXISTS (
          SELECT 1 FROM addr_binding b WHERE b.asset_id = s.asset_id AND b.zone_id = s.zone_id
          AND b.ip = s.ip AND b.until = 0))sql",
        "services stand at addresses that their asset does not hold"},
    Law{R"sql(SELECT count(*) FROM service_claims c
          WHERE NOT EXISTS (SELECT 1 FROM service WHERE id = c.service_id)
          OR NOT EXISTS (SELECT 1 FROM source WHERE id = c.source))sql",
        "sets of claims are of no service or of no source"},
    Law{R"sql(SELECT count(*) FROM asset_claims c
          WHERE NOT EXISTS (SELECT 1 FROM asset WHERE id = c.asset_id)
          OR NOT EXISTS (SELECT 1 FROM source WHERE id = c.source))sql",
        "sets of claims are of no asset or of no source"},
    Law{R"sql(SELECT count(*) FROM change_event
          WHERE asset_id IS NULL AND object IN ('asset', 'service'))sql",
        "changes name no asset"},
    Law{R"sql(SELECT count(*) FROM run WHERE applied <> 0
          AND NOT EXISTS (SELECT 1 FROM coverage WHERE run_id = run.id))sql",
        "runs are in the register without coverage"},
};

class Verifier {
 public:
  explicit Verifier(Database& database) : database_(database) {}

  Verification run() {
    check_pages();
    check_references();
    check_schema();
    check_ledger();
    check_laws();
    check_lists();
    check_evidence();
    check_digests("blob", "SELECT sha256, content FROM blob", "pieces of raw evidence");
    check_digests("sealed row", "SELECT sha256, content FROM sealed_row", "sealed rows");
    check_snapshots();
    return std::move(found_);
  }

 private:
  void fault(std::string text) { found_.faults.push_back(std::move(text)); }
  void checked(std::string text) { found_.checked.push_back(std::move(text)); }

  void check_pages() {
    auto rows = database_.ask("PRAGMA integrity_check");
    while (rows.next()) {
      if (rows.view(0) != "ok") fault("file: " + rows.text(0));
    }
    const auto pages = database_.number("PRAGMA page_count");
    checked(std::to_string(pages) + " pages");
  }

  void check_references() {
    auto rows = database_.ask(
        "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2");
    while (rows.next()) {
      fault(std::to_string(rows.integer(2)) + " rows of " + rows.text(0) + " refer to a " +
            rows.text(1) + " that is not there");
    }
    checked("references between tables");
  }

  void check_schema() {
    auto here = dump_schema(database_);
    auto fresh = Database::open(":memory:", Database::Mode::create);
    if (!fresh) return database_.fail(fresh.error());
    auto made = migrate(**fresh, UnixMillis{});
    if (!made) return database_.fail(made.error());
    const auto meant = dump_schema(**fresh);
    if (!here) return fault(here.error().text);
    if (!meant) return database_.fail(meant.error());
    if (*here != *meant)
      fault("its tables are not those of schema " + std::to_string(schema_version()));
    checked("schema " + std::to_string(schema_version()));
  }

  // A gap is no fault of the file: the program died, and the ledger says so.
  std::string gaps_text() {
    const auto found = count_ledger_gaps(database_);
    if (found.gaps == 0) return ", no gap";
    std::string text = "; " + std::to_string(found.gaps) +
                       " times a program died and what left in its last seconds is not known by "
                       "block: at most " +
                       std::to_string(found.packets) + " packets by the cap until the register was "
                       "opened again";
    if (found.unbounded == 0) return text;
    return text + ", without bound " + std::to_string(found.unbounded) + " times";
  }

  void check_ledger() {
    std::uint64_t entries = 0;
    if (const auto broken = find_chain_fault(database_, entries)) fault(*broken);
    checked(std::to_string(entries) + " entries of the audit log");
    std::uint64_t rows = 0;
    if (const auto broken = find_ledger_fault(database_, rows)) fault(*broken);
    checked(std::to_string(rows) + " rows of the probe ledger" + gaps_text());
  }

  void check_laws() {
    for (const auto& law : kLaws) {
      const auto count = database_.number(law.sql);
      if (count != 0) fault(std::to_string(count) + " " + std::string(law.fault));
    }
    checked(std::to_string(database_.number("SELECT count(*) FROM asset")) + " assets, " +
            std::to_string(database_.number("SELECT count(*) FROM service")) + " services, " +
            std::to_string(database_.number("SELECT count(*) FROM change_event")) + " changes");
  }

  // Of rows whose column is not what the facts say of it.
  void differ(std::uint64_t count, const std::string& what) {
    if (count != 0) fault(std::to_string(count) + " " + what + " than their facts say");
  }

  // The columns that lists print and filter by are those of the facts; and all that is packed can
  // be read.
  void check_lists() {
    Words words(database_);
    std::uint64_t products = 0;
    std::uint64_t protocols = 0;
    std::uint64_t certificates = 0;
    auto services = database_.ask(
        "SELECT s.id, p.statement, s.protocol, s.certificate FROM service s "
        "LEFT JOIN product p ON p.id = s.product_id");
    while (services.next()) {
      const auto id = services.integer(0);
      const auto facts =
          read_facts(words, Owner::service, id, read_claims(words, Owner::service, id));
      if (!database_.ok()) return;
      const auto product = facts.find(std::string(model::field::kProduct));
      products += services.view(1) != (product == facts.end() ? "" : product->second.value);
      protocols += services.view(2) != text_of(database_, facts, model::field::kProtocol);
      certificates += services.view(3) != text_of(database_, facts, model::field::kCertificate);
    }
    differ(products, "services are listed with another product");
    differ(protocols, "services are listed with another protocol");
    differ(certificates, "services are listed with another certificate");
    std::uint64_t units = 0;
    auto assets = database_.ask("SELECT id, unit FROM asset");
    while (assets.next()) {
      const auto id = assets.integer(0);
      const auto facts = read_facts(words, Owner::asset, id, read_claims(words, Owner::asset, id));
      if (!database_.ok()) return;
      units += assets.view(1) != text_of(database_, facts, model::field::kUnit);
    }
    differ(units, "assets are listed with another 单位");
  }

  void check_evidence() {
    Words words(database_);
    std::uint64_t count = 0;
    auto rows = database_.ask("SELECT service_claims, host_claims FROM seen_finding");
    for (; rows.next(); ++count) {
      std::vector<model::Claim> claims;
      unpack_claims(words, rows.bytes(0), claims);
      unpack_claims(words, rows.bytes(1), claims);
    }
    checked(std::to_string(count) + " findings");
  }

  void check_digests(const std::string& what, std::string_view sql, const std::string& many) {
    std::uint64_t count = 0;
    auto rows = database_.ask(sql);
    while (rows.next()) {
      ++count;
      const auto named = to_hex(rows.bytes(0));
      if (net::sha256_hex(rows.bytes(1)) != named)
        fault(what + " " + named + " does not fit its digest");
    }
    checked(std::to_string(count) + " " + many);
  }

  void check_snapshots() {
    std::uint64_t count = 0;
    auto rows = database_.ask(
        "SELECT id, run_id, cutoff, last_seq, name, sha256 FROM snapshot ORDER BY id");
    while (rows.next()) {
      SnapshotHead head;
      head.id = rows.integer(0);
      head.run = {rows.integer(1)};
      head.cutoff = rows.time(2);
      head.last_seq = rows.integer(3);
      if (digest_snapshot(database_, head) != rows.view(5)) {
        fault("snapshot " + rows.text(4) + " does not fit its digest");
      }
      ++count;
    }
    checked(std::to_string(count) + " snapshots");
  }

  Database& database_;
  Verification found_;
};

Error system_error(const std::string& what) {
  return {ErrorCode::io, what + ": " + std::strerror(errno), {}};
}

bool exists(const std::string& path) {
  struct stat file {};
  return lstat(path.c_str(), &file) == 0;
}

// Copies a register in one moment of it to a file that appears whole or not at all.
Result<void> copy_whole(Database& database, const std::string& to) {
  const std::string partial = to + ".partial";
  unlink(partial.c_str());
  database.run("VACUUM INTO ?", partial);
  auto outcome = database.outcome();
  if (!outcome) {
    unlink(partial.c_str());
    return outcome.error().in("copy to " + to);
  }
  const UniqueFd fd(::open(partial.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || fsync(fd.get()) != 0 || rename(partial.c_str(), to.c_str()) != 0) {
    auto error = system_error("cannot write " + to);
    unlink(partial.c_str());
    return error;
  }
  return {};
}

}  // namespace

Result<Verification> verify(const std::string& path) {
  auto database = open_for_reading(path);
  if (!database) return database.error();
  Reading reading(**database);
  auto verification = Verifier(**database).run();
  auto outcome = reading.finish();
  // A page that cannot be read is what we were asked to find out, not a failure to find out.
  if (!outcome) verification.faults.push_back(outcome.error().text);
  return verification;
}

Result<void> backup(const std::string& from, const std::string& to) {
  if (exists(to)) return Error{ErrorCode::input, to + " exists already; name a new file", {}};
  auto database = open_for_reading(from);
  if (!database) return database.error();
  return copy_whole(**database, to);
}

Result<void> restore(const std::string& backup, const std::string& path, const Clock& clock) {
  auto sound = verify(backup);
  if (!sound) return sound.error();
  if (!sound->faults.empty()) {
    return Error{ErrorCode::input, backup + " is not sound (" + sound->faults.front() + ")", {}};
  }
  auto lock = WriterLock::open(path);
  if (!lock) return lock.error();
  auto source = open_for_reading(backup);
  if (!source) return source.error();
  // The copy is made first: until it is whole, the register in use stays where it is.
  const std::string fresh = path + ".restored";
  unlink(fresh.c_str());
  auto copied = copy_whole(**source, fresh);
  if (!copied) return copied;
  if (exists(path)) {
    const std::string kept = path + ".before-restore-" + std::to_string(clock.now().value);
    for (const char* end : {"-wal", "-shm", ""}) {
      if (exists(path + end) && rename((path + end).c_str(), (kept + end).c_str()) != 0) {
        return system_error("cannot keep " + path + end + " as " + kept + end);
      }
    }
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return system_error("cannot write " + path);
  return {};
}

}  // namespace qingdan::registry
