// audit — the ledger of who changed or took out what, and the care of the file.
//
// Each entry's hash covers the entry before it, so that none can be altered, dropped or put in
// without breaking every later one. The ledger lives in the register and is written in the same
// transaction as what it tells of.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/registry/store.h"

namespace qingdan::registry {

struct AuditEntry {
  std::int64_t seq{0};
  UnixMillis time;
  std::string actor,
      action;           // "correct" "withdraw" "seal" "export" …
  std::string subject;  // 资产编号, file name, snapshot …
  std::string detail;   // JSON object
  std::string hash;     // SHA-256 over the previous hash and this entry, hex
};

// Appends in a transaction of its own. `detail` is a JSON object.
[[nodiscard]] Result<void> write_audit(Store& store, UnixMillis at, std::string_view actor,
                                       std::string_view action, std::string_view subject,
                                       std::string_view detail);
// Oldest first.
[[nodiscard]] Result<void> read_audit(const std::string& path,
                                      const std::function<bool(const AuditEntry&)>& on_row);

struct Verification {
  std::vector<std::string> faults;   // one line each; empty = sound
  std::vector<std::string> checked;  // what was looked at, with figures, for people
};
// Whole-file check of a register, read only: SQLite's own integrity, foreign keys, the schema
// against this program's, the ledger's chain, blobs and snapshots against their hashes, numbers,
// intervals.
[[nodiscard]] Result<Verification> verify(const std::string& path);

// A consistent copy while others read and write. `to` must not exist; it appears whole or not at
// all.
[[nodiscard]] Result<void> backup(const std::string& from, const std::string& to);
// Puts a backup in the place of `path`. The backup is verified first; a register already there is
// kept as <path>.before-restore-<time>; refused while a writer has it open.
[[nodiscard]] Result<void> restore(const std::string& backup, const std::string& path,
                                   const Clock& clock);

}  // namespace qingdan::registry
