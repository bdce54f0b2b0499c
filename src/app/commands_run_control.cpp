// commands_run_control — runs resume, stop, finish: a run that was interrupted goes on where it
// stood, is asked to stop, or is taken in as far as it came.
#include <fmt/format.h>

#include <cstdio>

#include "app/bookkeeper.h"
#include "app/census_run.h"
#include "app/commands.h"
#include "app/judgement.h"
#include "app/known_devices.h"
#include "app/open_register.h"
#include "app/rules.h"
#include "app/stop_file.h"
#include "qingdan/registry/query.h"

namespace qingdan::app {
namespace {

Error refuse(std::int64_t run, const std::string& why) {
  return {ErrorCode::refused, fmt::format("run {} {}", run, why), ""};
}

Result<model::Run> find_run(const std::string& path, std::int64_t number) {
  auto query = registry::Query::open(path);
  if (!query) return query.error();
  auto row = query->find_run({number});
  if (!row) return row.error();
  if (!*row) {
    return Error{ErrorCode::input, fmt::format("there is no run {} (see runs list)", number), ""};
  }
  if ((*row)->applied.value != 0) return refuse(number, "is in the register already");
  if ((*row)->run.state != model::RunState::paused) {
    return refuse(number, fmt::format("is {}; only a paused run can be taken up again",
                                      to_string((*row)->run.state)));
  }
  return (*row)->run;
}

// What each port said, folded to what tells machines in front of a prefix from hosts.
Result<std::map<model::Endpoint, std::uint64_t>> load_shapes(registry::Store& store,
                                                             model::RunId run) {
  std::map<model::Endpoint, std::uint64_t> shapes;
  auto read = store.recall(run, [&](std::vector<model::Observation> of_one_endpoint) {
    probe::InterviewReport report;
    report.at = of_one_endpoint.front().at;
    report.observations = std::move(of_one_endpoint);
    shapes[report.at] = probe::shape_of(report);
  });
  if (!read) return read.error();
  return shapes;
}

// What the run has kept, and whether it fits what is asked for now.
Result<Resumption> load(registry::Store& store, const model::Run& run, const Prepared& prepared) {
  if (prepared.scope.hash(prepared.ports) != run.scope_hash) {
    return refuse(run.id.value, "was begun under another scope: " + prepared.scope.name() +
                                    " differs in authorisation, addresses, ports, pace, windows or "
                                    "blackouts; `runs finish` takes in what it found");
  }
  auto checkpoint = store.load_checkpoint(run.id);
  if (!checkpoint) return checkpoint.error();
  if (!*checkpoint) return refuse(run.id.value, "kept no checkpoint and cannot go on");
  if ((*checkpoint)->positions != prepared.scope.address_count() * prepared.ports.size()) {
    return refuse(run.id.value, "kept a checkpoint of another number of targets");
  }
  auto results = store.load_results(run.id);
  if (!results) return results.error();
  auto trips = store.load_trips(run.id);
  if (!trips) return trips.error();
  auto shapes = load_shapes(store, run.id);
  if (!shapes) return shapes.error();
  return Resumption{std::move(**checkpoint), std::move(*results), std::move(*shapes),
                    std::move(*trips)};
}

Result<Begun> take_up(registry::Store store, const model::Run& run, const targets::Scope& scope,
                      Resumption resumed) {
  auto world = store.load_world();
  if (!world) return world.error();
  if (auto open = store.reopen_run(run.id); !open) return open.error();
  const auto key = resumed.checkpoint.key;
  // The same dark addresses as the part that went before, unless the register learnt of them since.
  return Begun{std::move(store),
               run.id,
               open_endpoints(*world),
               key,
               std::move(resumed),
               known_devices(*world, scope),
               dark_addresses(*world, scope, key[0]),
               known_names(*world),
               known_protocols(*world, scope)};
}

std::string how_far(const model::Run& run, const Resumption& resumed) {
  const auto& counts = resumed.checkpoint.counts;
  return fmt::format("run {} goes on in pass {}: {} of {} probes were done\n", run.id.value,
                     std::max(1, resumed.checkpoint.pass), counts.planned - counts.not_probed,
                     counts.planned);
}

// A run may have asked everything and died before it was judged: then only that is left to do.
// False where it was another way.
Result<bool> only_judged(const Call& call, registry::Store& store, std::int64_t run) {
  auto left_over = judge_left_over(call.settings, store);
  if (!left_over) return left_over.error();
  for (const auto& judged : *left_over) {
    if (judged.run.value != run) continue;
    if (auto told = tell(call.invocation, call.settings, judged); !told) return told.error();
    return true;
  }
  return false;
}

}  // namespace

Result<int> carry_out(const Call& call, const RunsResume& command) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  const StopFile stop_file(call.settings.register_path);
  if (auto free = stop_file.check_absent(); !free) return free.error();
  auto rules = open_rules(call.settings);
  if (!rules) return rules.error();
  auto store = open_register(call.settings.register_path, clock, rng);
  if (!store) return store.error();
  auto judged = only_judged(call, *store, command.run);
  if (!judged) return judged.error();
  if (*judged) return 0;
  auto run = find_run(call.settings.register_path, command.run);
  if (!run) return run.error();
  // The ports are the run's own; what the document says of today is looked at as for a new run.
  auto prepared = prepare(command.scope, run->ports, run->method, command.pps, clock.now());
  if (!prepared) return prepared.error();
  auto resumed = load(*store, *run, *prepared);
  if (!resumed) return resumed.error();
  if (!call.invocation.quiet) {
    std::fputs(how_far(*run, *resumed).c_str(), stderr);
    if ((*rules)->release() != run->rule_release)
      std::fputs(fmt::format("it was begun with the rules {}; from now on {} are used\n",
                             run->rule_release, (*rules)->release())
                     .c_str(),
                 stderr);
  }
  auto begun = take_up(std::move(*store), *run, prepared->scope, std::move(*resumed));
  if (!begun) return begun.error();
  return carry_on({call.invocation, call.settings, clock, *rules}, *prepared, std::move(*begun));
}

Result<int> carry_out(const Call& call, const RunsStop& command) {
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto row = query->find_run({command.run});
  if (!row) return row.error();
  if (!*row) {
    return Error{ErrorCode::input, fmt::format("there is no run {} (see runs list)", command.run),
                 ""};
  }
  if ((*row)->run.state != model::RunState::running) {
    return refuse(command.run, fmt::format("is {}, not running", to_string((*row)->run.state)));
  }
  const SystemClock clock;
  Rng rng(random_key()[0]);
  // Whoever probes holds the register. One that can be opened has nobody to stop, and opening it
  // has marked what a dead process left.
  auto store = open_register(call.settings.register_path, clock, rng);
  if (store)
    return refuse(command.run, "was not running any more: its program had died; it is paused");
  if (store.error().code != ErrorCode::conflict) return store.error();
  const StopFile stop_file(call.settings.register_path);
  if (auto written = stop_file.write({command.run}); !written) return written.error();
  std::fputs(fmt::format("run {} was asked to stop: nothing is sent from a second on, and it is "
                         "paused\n",
                         command.run)
                 .c_str(),
             stderr);
  return 0;
}

Result<int> carry_out(const Call& call, const RunsFinish& command) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto rules = open_rules(call.settings);
  if (!rules) return rules.error();
  auto store = open_register(call.settings.register_path, clock, rng);
  if (!store) return store.error();
  auto judged = only_judged(call, *store, command.run);
  if (!judged) return judged.error();
  if (*judged) return 0;
  auto run = find_run(call.settings.register_path, command.run);
  if (!run) return run.error();
  auto checkpoint = store->load_checkpoint(run->id);
  if (!checkpoint) return checkpoint.error();
  if (!*checkpoint) return refuse(command.run, "kept no checkpoint: nobody knows what it asked");
  std::atomic<bool> stop{false};
  identify::Identifier identifier(*rules);
  Bookkeeper bookkeeper(*store, run->id, identifier, stop);
  if (auto heard = bookkeeper.recall(); !heard) return heard.error();
  if (auto told = bookkeeper.write_hosts(); !told) return told.error();
  auto ended = store->finish_run(run->id, model::RunState::stopped);
  if (!ended) return ended.error();
  if (auto told = conclude(call.invocation, call.settings, *store, run->id); !told)
    return told.error();
  return 1;
}

}  // namespace qingdan::app
