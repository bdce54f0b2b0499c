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
// After the program died in the middle of a run: from its last row to `now` nobody knows.
void append_gap(Database& database, model::RunId run, UnixMillis now);

// The first row that does not follow from the one before it; nullopt = the chain holds.
[[nodiscard]] std::optional<std::string> find_ledger_fault(Database& database, std::uint64_t& rows);

}  // namespace qingdan::registry
