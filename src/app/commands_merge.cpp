// commands_merge — a person says that two assets are one machine, and takes it back.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "qingdan/registry/query.h"
#include "qingdan/registry/store.h"

namespace qingdan::app {
namespace {

// 资产编号 of the asset meant by a number or an address. Nothing is opened for writing before both
// names are understood.
Result<std::string> number_of(const Call& call, const std::string& name) {
  const auto& path = call.settings.register_path;
  auto query = registry::Query::open(path);
  if (!query) return query.error();
  auto asset = query->find_asset(name);
  if (!asset) return asset.error();
  if (*asset) return (*asset)->number;
  return Error{ErrorCode::input,
               fmt::format("there is no asset {} in {} (see assets list)", name, path), ""};
}

int said(const std::string& line) {
  std::fputs(line.c_str(), stdout);
  return 0;
}

}  // namespace

Result<int> carry_out(const Call& call, const AssetsMerge& command) {
  auto survivor = number_of(call, command.survivor);
  if (!survivor) return survivor.error();
  auto merged = number_of(call, command.merged);
  if (!merged) return merged.error();
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto store = registry::Store::open(call.settings.register_path, clock, rng);
  if (!store) return store.error();
  const registry::MergeStatement statement{*merged, command.reason, actor_or_login(command.actor)};
  auto into = store->merge(*survivor, statement);
  if (!into) return into.error();
  return said(fmt::format("{} answers under {} from now on\n", *merged, *into));
}

Result<int> carry_out(const Call& call, const AssetsUnmerge& command) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto known = registry::Query::open(call.settings.register_path);
  if (!known) return known.error();  // only a census makes a register
  auto store = registry::Store::open(call.settings.register_path, clock, rng);
  if (!store) return store.error();
  auto from = store->unmerge({command.asset, command.reason, actor_or_login(command.actor)});
  if (!from) return from.error();
  return said(
      fmt::format("{} is an asset of its own again, apart from {}\n", command.asset, *from));
}

}  // namespace qingdan::app
