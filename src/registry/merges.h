// merges — assets that a person says are one machine (schema/migrations/0007_merges.sql).
//
// Nothing moves between the records. The survivor answers for all of its family in whatever is
// read:
//   M1  a member is in no list; its number answers with the survivor
//   M2  dropping the row gives both back field for field, whatever runs came between
//   M3  what a run finds of a member is written to the member; its events name the survivor
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/model/world.h"
#include "registry/sqlite.h"
#include "registry/words.h"

namespace qingdan::registry {

// SQL for the id of the record that answers for the asset in `column`.
[[nodiscard]] std::string root_sql(std::string_view column);

// The ids of all but members, for an ORDER BY to follow (M1).
inline constexpr std::string_view kListedAssets =
    "SELECT id FROM asset WHERE id NOT IN (SELECT asset_id FROM asset_merge)";

[[nodiscard]] model::AssetId root_of(Database& database, model::AssetId asset);
// The others of a survivor's family, by id; empty for everybody else.
[[nodiscard]] std::vector<model::AssetId> members_of(Database& database, model::AssetId root);
// `ids` and whoever is of a family with one of them, ascending.
[[nodiscard]] std::vector<model::AssetId> with_families(Database& database,
                                                        const std::vector<model::AssetId>& ids);

// Merged: same, the survivor and one member. Never to be one: not same, the two.
[[nodiscard]] std::vector<model::IdentityAssertion> read_assertions(Database& database);

// The survivor as it answers for its family: what it says of itself holds, what it does not say is
// taken from the members in the order of their ids; addresses, identifiers and services are all of
// theirs. Nothing of it is ever written back.
[[nodiscard]] model::AssetRecord fold(model::AssetRecord survivor,
                                      const std::vector<model::AssetRecord>& members);
// read_asset() of a survivor or of an asset that is in no family, folded.
[[nodiscard]] std::optional<model::AssetRecord> read_folded(Words& words, model::AssetId root);

}  // namespace qingdan::registry
