// world — the register as pure judgement takes it (model/world.h).
#include <algorithm>

#include "qingdan/registry/store.h"
#include "registry/earlier.h"
#include "registry/incidents.h"
#include "registry/merges.h"
#include "registry/rows.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

std::vector<model::AssetId> all_assets(Database& database) {
  std::vector<model::AssetId> ids;
  auto rows = database.ask("SELECT id FROM asset ORDER BY id");
  while (rows.next()) ids.push_back({rows.integer(0)});
  return ids;
}

// Assets that hold, now, an address the run has an outcome of.
std::vector<model::AssetId> covered_assets(Database& database, const model::Coverage& coverage) {
  std::vector<model::AssetId> ids;
  auto rows = database.ask(
      "SELECT b.asset_id, z.name, b.ip FROM addr_binding b JOIN zone z ON z.id = b.zone_id "
      "WHERE b.until = 0 ORDER BY b.asset_id");
  while (rows.next()) {
    const model::AssetId id{rows.integer(0)};
    if (!ids.empty() && ids.back() == id) continue;
    if (coverage.outcome(rows.text(1), rows.address(2))) ids.push_back(id);
  }
  return ids;
}

model::World read_world(Database& database, const std::vector<model::AssetId>& ids) {
  model::World world;
  world.assets.reserve(ids.size());
  Words words(database);
  for (const auto id : ids) {
    auto asset = read_asset(words, id);
    if (!asset) break;
    world.assets.push_back(std::move(*asset));
  }
  world.earlier = read_earlier(database);
  world.middleboxes = read_middleboxes(database, std::nullopt);
  world.assertions = read_assertions(database);
  return world;
}

}  // namespace

Result<model::World> Store::load_world() {
  auto& database = *held_->database;
  Reading reading(database);
  auto world = read_world(database, all_assets(database));
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  held_->loaded = held_->generation;
  return world;
}

Result<model::World> Store::load_world(const model::Coverage& coverage) {
  auto& database = *held_->database;
  Reading reading(database);
  auto world = read_world(database, with_families(database, covered_assets(database, coverage)));
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  held_->loaded = held_->generation;
  return world;
}

}  // namespace qingdan::registry
