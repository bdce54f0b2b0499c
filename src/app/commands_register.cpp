// commands_register — care of the file: verify, rebuild, backup, restore.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/judgement.h"
#include "app/open_register.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/query.h"
#include "qingdan/resolve/laws.h"

namespace qingdan::app {
namespace {

Result<model::World> whole_world(const std::string& path) {
  auto query = registry::Query::open(path);
  if (!query) return query.error();
  model::World world;
  auto read = query->records([&](const model::AssetRecord& asset) {
    world.assets.push_back(asset);
    return true;
  });
  if (!read) return read.error();
  return world;
}

void say(const std::string& line) { std::fputs((line + "\n").c_str(), stdout); }

}  // namespace

Result<int> carry_out(const Call& call, const RegisterVerify&) {
  const auto& path = call.settings.register_path;
  auto file = registry::verify(path);
  if (!file) return file.error();
  auto world = whole_world(path);
  if (!world) return world.error();
  const SystemClock clock;
  const auto violations = resolve::check_world(*world, clock.now());
  for (const auto& line : file->checked) say(line);
  say(fmt::format("laws: {} assets against {} laws", world->assets.size(), resolve::laws().size()));
  for (const auto& fault : file->faults) say("FAULT " + fault);
  for (const auto& violation : violations) {
    say(fmt::format("FAULT law {}: {}: {}", violation.law, violation.asset, violation.what));
  }
  const std::size_t faults = file->faults.size() + violations.size();
  say(faults == 0 ? "sound" : fmt::format("{} faults", faults));
  return faults == 0 ? 0 : 1;
}

Result<int> carry_out(const Call& call, const RegisterRebuild&) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto store = open_register(call.settings.register_path, clock, rng);
  if (!store) return store.error();
  auto left_over = judge_left_over(call.settings, *store);
  if (!left_over) return left_over.error();
  auto applied = rejudge_register(*store, clock.now());
  if (!applied) return applied.error();
  say(fmt::format(
      "{} runs taken in that had been left over, {} assets with other facts than before",
      left_over->size(), applied->changed_assets));
  return 0;
}

Result<int> carry_out(const Call& call, const RegisterBackup& command) {
  if (auto done = registry::backup(call.settings.register_path, command.to); !done)
    return done.error();
  say("backed up to " + command.to);
  return 0;
}

Result<int> carry_out(const Call& call, const RegisterRestore& command) {
  const SystemClock clock;
  if (auto done = registry::restore(command.from, call.settings.register_path, clock); !done)
    return done.error();
  say("restored from " + command.from);
  return 0;
}

}  // namespace qingdan::app
