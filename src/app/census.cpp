// census — prepare and begin a new run; census_run does the rest.
#include "app/census.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/census_run.h"
#include "app/judgement.h"
#include "app/known_devices.h"
#include "app/preparation.h"
#include "app/rules.h"
#include "app/stop_file.h"
#include "qingdan/base/log.h"

namespace qingdan::app {
namespace {

model::Run plan_run(const Prepared& prepared, const Settings& settings,
                    const identify::RuleBase& rules) {
  model::Run run;
  run.kind = model::RunKind::census;
  run.vantage = settings.vantage;
  run.scope_hash = prepared.scope.hash(prepared.ports);
  run.authorisation = prepared.scope.authorisation().number;
  run.issued_by = prepared.scope.authorisation().issued_by;
  run.method = prepared.method == Method::syn ? "syn" : "connect";
  run.ports = prepared.ports.to_string();
  run.rule_release = rules.release();
  run.program_version = QINGDAN_VERSION;
  return run;
}

// Those that may go on are named, since a new run does not take them in.
Result<void> say_paused_runs(registry::Store& store, bool quiet) {
  auto paused = store.resumable();
  if (!paused) return paused.error();
  for (const auto run : *paused) {
    if (quiet) break;
    std::fputs(fmt::format("run {} is paused and stays so; `qingdan runs resume {} --scope FILE` "
                           "goes on with it\n",
                           run.value, run.value)
                   .c_str(),
               stderr);
  }
  return {};
}

Result<Begun> begin(const Equipment& equipment, const model::Run& run, const targets::Scope& scope,
                    Rng& rng) {
  auto store = registry::Store::open(equipment.settings.register_path, equipment.clock, rng);
  if (!store) return store.error();
  for (const auto interrupted : store->interrupted()) {
    log::write(log::Level::warn, "run.interrupted", {{"run", std::to_string(interrupted.value)}});
  }
  if (auto said = say_paused_runs(*store, equipment.invocation.quiet); !said) return said.error();
  auto left_over = judge_left_over(equipment.settings, *store);
  if (!left_over) return left_over.error();
  auto world = store->load_world();
  if (!world) return world.error();
  auto id = store->begin_run(run);
  if (!id) return id.error();
  const auto key = random_key();
  // Dark addresses are drawn from the key, so that a resumed run has the same ones.
  return Begun{std::move(*store),
               *id,
               open_endpoints(*world),
               key,
               {},
               known_devices(*world, scope),
               dark_addresses(*world, scope, key[0]),
               known_names(*world),
               known_protocols(*world, scope)};
}

}  // namespace

Result<int> run_census(const Invocation& invocation, const Settings& settings,
                       const Census& command) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto prepared = prepare(command.scope, command.ports, command.method, command.pps, clock.now());
  if (!prepared) return prepared.error();
  const StopFile stop_file(settings.register_path);
  if (auto free = stop_file.check_absent(); !free) return free.error();
  auto rules = open_rules(settings);
  if (!rules) return rules.error();
  const Equipment equipment{invocation, settings, clock, *rules};
  auto begun = begin(equipment, plan_run(*prepared, settings, **rules), prepared->scope, rng);
  if (!begun) return begun.error();
  if (!invocation.quiet)
    std::fputs(fmt::format("run {}: {}\n", begun->run.value, prepared->note).c_str(), stderr);
  return carry_on(equipment, *prepared, std::move(*begun));
}

}  // namespace qingdan::app
