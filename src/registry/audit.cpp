// audit — the hash-chained ledger.
//
// hash = SHA-256 over the hash before it (64 hex digits, zeros before the first entry) and, each as
// its length in decimal, ":", the text and ",": seq, time, actor, action, subject, detail. The
// lengths keep two different entries from ever being the same bytes.
#include "qingdan/registry/audit.h"

#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"
#include "registry/ledger.h"
#include "registry/migrate.h"
#include "registry/sqlite.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

constexpr std::string_view kEntries =
    "SELECT seq, at, actor, action, subject, detail, hash FROM audit_log ORDER BY seq";

AuditEntry read_entry(const Use& row) {
  return {row.integer(0), row.time(1), row.text(2),         row.text(3),
          row.text(4),    row.text(5), to_hex(row.bytes(6))};
}

}  // namespace

std::string chain_hash(std::string_view previous, const AuditEntry& entry) {
  net::Sha256 digest;
  digest.update(as_bytes(previous));
  for (const auto& part : {std::to_string(entry.seq), std::to_string(entry.time.value), entry.actor,
                           entry.action, entry.subject, entry.detail}) {
    digest.update(as_bytes(std::to_string(part.size()) + ":" + part + ","));
  }
  return digest.hex();
}

void append_audit(Database& database, UnixMillis at, std::string_view actor,
                  std::string_view action, std::string_view subject, std::string_view detail) {
  std::string previous(kNoHash);
  AuditEntry entry{
      1, at, std::string(actor), std::string(action), std::string(subject), std::string(detail),
      {}};
  {
    auto last = database.ask("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1");
    if (last.next()) {
      entry.seq = last.integer(0) + 1;
      previous = to_hex(last.bytes(1));
    }
  }
  const Bytes hash = *from_hex(chain_hash(previous, entry));
  database.run(
      "INSERT INTO audit_log (seq, at, actor, action, subject, detail, hash) VALUES (?, ?, ?, ?, "
      "?, ?, ?)",
      entry.seq, entry.time, entry.actor, entry.action, entry.subject, entry.detail, hash);
}

Result<void> write_audit(Store& store, UnixMillis at, std::string_view actor,
                         std::string_view action, std::string_view subject,
                         std::string_view detail) {
  Transaction transaction(store.database());
  append_audit(store.database(), at, actor, action, subject, detail);
  return transaction.commit();
}

Result<void> read_audit(const std::string& path,
                        const std::function<bool(const AuditEntry&)>& on_row) {
  auto database = open_for_reading(path);
  if (!database) return database.error();
  Reading reading(**database);
  auto rows = (*database)->ask(kEntries);
  while (rows.next() && on_row(read_entry(rows))) {
  }
  return reading.finish();
}

std::optional<std::string> find_chain_fault(Database& database, std::uint64_t& entries) {
  std::string previous(kNoHash);
  std::int64_t seq = 0;
  auto rows = database.ask(kEntries);
  while (rows.next()) {
    const auto entry = read_entry(rows);
    if (entry.seq != ++seq) return "the audit log lacks entry " + std::to_string(seq);
    if (entry.hash != chain_hash(previous, entry)) {
      return "entry " + std::to_string(seq) + " of the audit log was altered";
    }
    previous = entry.hash;
    ++entries;
  }
  const auto issued = database.number("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'");
  if (issued > seq) return "the audit log lacks its last entries, after " + std::to_string(seq);
  return std::nullopt;
}

}  // namespace qingdan::registry
