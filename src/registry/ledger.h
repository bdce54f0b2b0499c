// ledger — the parts of the audit log that verification shares with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "qingdan/registry/audit.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

// What stands for the hash before the first entry.
inline constexpr std::string_view kNoHash =
    "0000000000000000000000000000000000000000000000000000000000000000";

[[nodiscard]] std::string chain_hash(std::string_view previous, const AuditEntry& entry);

// The first entry that does not follow from the one before it; nullopt = the chain holds. Counts
// the entries that do.
[[nodiscard]] std::optional<std::string> find_chain_fault(Database& database,
                                                          std::uint64_t& entries);

}  // namespace qingdan::registry
