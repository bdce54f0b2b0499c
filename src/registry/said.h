// said — the claims and facts of one asset or service as rows: one row a source, one for the facts
// (0003_assets.sql). Only what differs is written.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "qingdan/model/claim.h"
#include "registry/words.h"

namespace qingdan::registry {

// Twin tables.
enum class Owner { asset, service };

// Everything said of one thing.
struct Said {
  const std::vector<model::Claim>& claims;
  const model::Facts& facts;
};

// By (field, source).
[[nodiscard]] std::vector<model::Claim> read_claims(Words& words, Owner owner, std::int64_t id);
// `claims`: what read_claims gave.
[[nodiscard]] model::Facts read_facts(Words& words, Owner owner, std::int64_t id,
                                      std::span<const model::Claim> claims);
void sort_claims(std::vector<model::Claim>& claims);

// The claims are each side's whole set, without twins. A new value that is not JSON fails.
void write_claims(Words& words, Owner owner, std::int64_t id,
                  const std::vector<model::Claim>& before, const std::vector<model::Claim>& after);
// Also where only the claims differ: facts are kept as claims that hold.
void write_facts(Words& words, Owner owner, std::int64_t id, const Said& before, const Said& after);
// Removes all of it.
void forget(Database& database, Owner owner, std::int64_t id);

// The claims of one source alone; the other ones stay. `held`: it has claimed something already.
void write_source(Words& words, Owner owner, std::int64_t id, std::string_view source,
                  std::span<const model::Claim> claims, bool held);

// The least and greatest key of the rows of claims of one thing.
inline constexpr int kSourceBits = 20;
[[nodiscard]] constexpr std::int64_t first_key(std::int64_t id) { return id << kSourceBits; }
[[nodiscard]] constexpr std::int64_t last_key(std::int64_t id) {
  return (id << kSourceBits) | ((std::int64_t{1} << kSourceBits) - 1);
}

}  // namespace qingdan::registry
