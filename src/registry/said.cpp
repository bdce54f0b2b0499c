// said — see said.h.
#include "registry/said.h"

#include <algorithm>
#include <tuple>

#include "registry/packed.h"

namespace qingdan::registry {
namespace {

using model::Claim;

bool of_one_source(const std::vector<Claim>& claims, std::string_view source) {
  return std::all_of(claims.begin(), claims.end(),
                     [&](const Claim& claim) { return claim.source == source; });
}

// The claims of one source in their order; `kept` holds them where they must be picked out.
std::span<const Claim> select(const std::vector<Claim>& claims, std::string_view source,
                              std::vector<Claim>& kept) {
  if (of_one_source(claims, source)) return claims;
  std::copy_if(claims.begin(), claims.end(), std::back_inserter(kept),
               [&](const Claim& claim) { return claim.source == source; });
  return kept;
}

bool equal(std::span<const Claim> a, std::span<const Claim> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Values that were held before were looked at when they came.
void check_values(Words& words, std::span<const Claim> before, std::span<const Claim> after) {
  for (const auto& claim : after) {
    const bool held = std::any_of(before.begin(), before.end(), [&](const Claim& old) {
      return old.field == claim.field && old.value == claim.value;
    });
    if (!held) words.check_json(claim.field, claim.value);
  }
}

void check_values(Words& words, const Said& before, const Said& after) {
  for (const auto& [field, fact] : after.facts) {
    const auto old = before.facts.find(field);
    if (old != before.facts.end() && old->second.value == fact.value) continue;
    const bool claimed = std::any_of(after.claims.begin(), after.claims.end(),
                                     [&](const Claim& c) { return c.value == fact.value; });
    if (!claimed) words.check_json(field, fact.value);
  }
}

std::vector<std::string_view> sources_of(const std::vector<Claim>& before,
                                         const std::vector<Claim>& after) {
  std::vector<std::string_view> sources;
  for (const auto* side : {&before, &after}) {
    for (const auto& claim : *side) {
      if (std::find(sources.begin(), sources.end(), claim.source) == sources.end())
        sources.push_back(claim.source);
    }
  }
  return sources;
}

}  // namespace

void sort_claims(std::vector<Claim>& claims) {
  const auto less = [](const Claim& a, const Claim& b) {
    return std::tie(a.field, a.source) < std::tie(b.field, b.source);
  };
  if (!std::is_sorted(claims.begin(), claims.end(), less))
    std::sort(claims.begin(), claims.end(), less);
}

std::vector<Claim> read_claims(Words& words, Owner owner, std::int64_t id) {
  std::vector<Claim> claims;
  auto rows = words.database().ask(
      owner == Owner::asset ? "SELECT content FROM asset_claims WHERE id BETWEEN ? AND ?"
                            : "SELECT content FROM service_claims WHERE id BETWEEN ? AND ?",
      first_key(id), last_key(id));
  while (rows.next()) unpack_claims(words, rows.bytes(0), claims);
  sort_claims(claims);
  return claims;
}

model::Facts read_facts(Words& words, Owner owner, std::int64_t id, std::span<const Claim> claims) {
  auto row = words.database().ask(owner == Owner::asset
                                      ? "SELECT content FROM asset_facts WHERE asset_id = ?"
                                      : "SELECT content FROM service_facts WHERE service_id = ?",
                                  id);
  return row.next() ? unpack_facts(words, row.bytes(0), claims) : model::Facts{};
}

void write_source(Words& words, Owner owner, std::int64_t id, std::string_view source,
                  std::span<const Claim> claims, bool held) {
  auto& database = words.database();
  const bool asset = owner == Owner::asset;
  const auto key = first_key(id) | words.source_id(source);
  if (claims.empty()) {
    database.run(
        asset ? "DELETE FROM asset_claims WHERE id = ?" : "DELETE FROM service_claims WHERE id = ?",
        key);
  } else if (held) {
    database.run(asset ? "UPDATE asset_claims SET content = ?2 WHERE id = ?1"
                       : "UPDATE service_claims SET content = ?2 WHERE id = ?1",
                 key, pack_claims(words, claims));
    if (database.ok() && database.changed_rows() != 1) {
      database.fail(
          {ErrorCode::conflict, "claims are not held as they were loaded; judge again", {}});
    }
  } else {
    database.run(asset ? "INSERT INTO asset_claims (id, content) VALUES (?, ?)"
                       : "INSERT INTO service_claims (id, content) VALUES (?, ?)",
                 key, pack_claims(words, claims));
  }
}

void write_claims(Words& words, Owner owner, std::int64_t id, const std::vector<Claim>& before,
                  const std::vector<Claim>& after) {
  for (const auto source : sources_of(before, after)) {
    std::vector<Claim> picked_before;
    std::vector<Claim> picked_after;
    const auto old = select(before, source, picked_before);
    const auto now = select(after, source, picked_after);
    if (equal(old, now)) continue;
    check_values(words, old, now);
    write_source(words, owner, id, source, now, !old.empty());
  }
}

void write_facts(Words& words, Owner owner, std::int64_t id, const Said& before,
                 const Said& after) {
  check_values(words, before, after);
  auto& database = words.database();
  if (after.facts.empty()) {
    if (before.facts.empty()) return;
    database.run(owner == Owner::asset ? "DELETE FROM asset_facts WHERE asset_id = ?"
                                       : "DELETE FROM service_facts WHERE service_id = ?",
                 id);
    return;
  }
  if (packs_alike(before.facts, before.claims, after.facts, after.claims)) return;
  database.run(owner == Owner::asset
                   ? "INSERT INTO asset_facts (asset_id, content) VALUES (?, ?) "
                     "ON CONFLICT (asset_id) DO UPDATE SET content = excluded.content"
                   : "INSERT INTO service_facts (service_id, content) VALUES (?, ?) "
                     "ON CONFLICT (service_id) DO UPDATE SET content = excluded.content",
               id, pack_facts(words, after.facts, after.claims));
}

void forget(Database& database, Owner owner, std::int64_t id) {
  const bool asset = owner == Owner::asset;
  database.run(asset ? "DELETE FROM asset_claims WHERE id BETWEEN ? AND ?"
                     : "DELETE FROM service_claims WHERE id BETWEEN ? AND ?",
               first_key(id), last_key(id));
  database.run(asset ? "DELETE FROM asset_facts WHERE asset_id = ?"
                     : "DELETE FROM service_facts WHERE service_id = ?",
               id);
}

}  // namespace qingdan::registry
