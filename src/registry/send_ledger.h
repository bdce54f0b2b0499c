// send_ledger — the probe ledger: what left for which block, hash chained (0005_run_state.sql).
// The files that write and check it; people read it through Query::touched.
//
//   blocks = count, our address…, count, block…
//   block  = its address, kind (1 byte), index of our address, packets, first - since, last - first
//
// Addresses as everywhere in the register (04 and 4 bytes, 06 and 16), numbers base-128, low bits
// first: a busy second of 256 blocks is 3 KiB.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "qingdan/model/checkpoint.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

[[nodiscard]] Bytes pack_sent(std::span<const model::SentBlock> blocks, UnixMillis since);
// nullopt where the bytes are not what pack_sent made.
[[nodiscard]] std::optional<std::vector<model::SentBlock>> unpack_sent(BytesView bytes,
                                                                       UnixMillis since);

// One row, within the caller's transaction; nothing where there is nothing.
void append_sent(Database& database, model::RunId run, std::span<const model::SentBlock> blocks);
// After the program died in the middle of a run: what left after its last row is not known by
// block, only that there was no more of it than the global cap lets pass until `now`, when somebody
// opened the register again. The field hands its ledger over every 0.9 s of sending and a row is
// written with the next batch, so what is really missing is what left in the last second or two
// before the death; but nothing in the file proves when that was, so the row states the bound that
// holds whenever it was: cap x whole seconds from `since` to `until`, the broken ones at either end
// included (budget.h, B1).
void append_gap(Database& database, model::RunId run, UnixMillis now);

// The first row that does not follow from the one before it; nullopt = the chain holds.
[[nodiscard]] std::optional<std::string> find_ledger_fault(Database& database, std::uint64_t& rows);

// What the ledger does not know.
struct LedgerGaps {
  std::uint64_t gaps{0};
  std::int64_t packets{0};   // at most, of the bounded ones together
  std::uint64_t unbounded{0};  // under no cap
};
[[nodiscard]] LedgerGaps count_ledger_gaps(Database& database);

}  // namespace qingdan::registry
