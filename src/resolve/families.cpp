// families — see the header.
#include "resolve/families.h"

#include <algorithm>
#include <set>

namespace qingdan::resolve {

using model::ChangeType;
using model::Presence;

namespace {

// The enumeration goes from 在线 to 失联; 未覆盖 says nothing of where the machine is.
Presence presence_of(const model::World& world, const std::vector<std::size_t>& assets) {
  Presence best = Presence::uncovered;
  for (const auto a : assets) best = std::min(best, world.assets[a].presence);
  return best;
}

bool tells_presence(ChangeType type) {
  return type == ChangeType::asset_suspect || type == ChangeType::asset_missing ||
         type == ChangeType::asset_back;
}

}  // namespace

Families::Families(const model::World& before) {
  std::map<model::AssetId, std::size_t> index_of;
  for (std::size_t a = 0; a < before.assets.size(); ++a) index_of[before.assets[a].id] = a;
  std::map<model::AssetId, std::size_t> by_survivor;
  for (const auto& said : before.assertions) {
    const auto survivor = index_of.find(said.asset);
    const auto member = index_of.find(said.other);
    const bool merged = said.same && said.other;
    if (!merged || survivor == index_of.end() || member == index_of.end()) continue;
    const auto [known, fresh] = by_survivor.try_emplace(said.asset, families_.size());
    if (fresh) families_.push_back({{survivor->second}, {}});
    families_[known->second].assets.push_back(member->second);
  }
  for (std::size_t f = 0; f < families_.size(); ++f) {
    families_[f].before = presence_of(before, families_[f].assets);
    for (const auto a : families_[f].assets) family_of_[a] = f;
  }
}

void Families::hush(model::Reconciled& result) const {
  if (families_.empty()) return;
  std::set<std::size_t> told;
  std::erase_if(result.changes, [&](const model::Change& change) {
    if (!tells_presence(change.type) || change.asset_index < 0) return false;
    const auto found = family_of_.find(static_cast<std::size_t>(change.asset_index));
    if (found == family_of_.end()) return false;
    const auto& family = families_[found->second];
    const bool moved = presence_of(result.after, family.assets) != family.before;
    return !moved || !told.insert(found->second).second;
  });
}

}  // namespace qingdan::resolve
