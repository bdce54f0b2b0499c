// census — prepare, begin the run, field and bookkeeper side by side, judge, say what came of it.
#include "app/census.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "app/bookkeeper.h"
#include "app/judgement.h"
#include "app/known_devices.h"
#include "app/output.h"
#include "app/preparation.h"
#include "app/rules.h"
#include "app/side_by_side.h"
#include "app/signals.h"
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

std::set<model::Endpoint> open_endpoints(const model::World& world) {
  std::set<model::Endpoint> open;
  for (const auto& asset : world.assets) {
    for (const auto& service : asset.services) {
      if (service.state != model::PortState::closed) open.insert(service.at);
    }
  }
  return open;
}

std::map<model::HostOutcome, std::uint64_t> tally(const model::Coverage& coverage) {
  std::map<model::HostOutcome, std::uint64_t> counts;
  for (const auto& block : coverage.blocks) {
    for (const auto outcome : block.outcomes) ++counts[outcome];
  }
  return counts;
}

// One line per type, most telling first; the rows are in `changes list --run N`.
void print_summary(const Judged& judged, const model::RunCounts& counts,
                   const model::Coverage& coverage) {
  auto outcomes = tally(coverage);
  std::fputs(
      fmt::format("run {}: {} addresses ({} answered, {} silent, {} not fully asked); {} of {} "
                  "probes answered, "
                  "{} packets begun, {} conversations\n",
                  judged.run.value, counts.addresses, outcomes[model::HostOutcome::answered],
                  outcomes[model::HostOutcome::silent],
                  outcomes[model::HostOutcome::skipped] + outcomes[model::HostOutcome::error] +
                      outcomes[model::HostOutcome::unreachable],
                  counts.answered, counts.planned, counts.sent, counts.conversations)
          .c_str(),
      stderr);
  std::map<model::ChangeType, std::size_t> types;
  for (const auto& change : judged.changes) ++types[change.type];
  std::string changes;
  for (const auto& [type, number] : types) {
    changes += fmt::format("{}{} {}", changes.empty() ? "" : ", ", model::to_string(type), number);
  }
  std::fputs(fmt::format("register: {} assets, {} services; changes: {}\n", judged.assets,
                         judged.services, changes.empty() ? "none" : changes)
                 .c_str(),
             stderr);
}

Result<void> print_result(const Invocation& invocation, const Judged& judged) {
  Output output(invocation, {"run", "assets", "services", "changes"});
  output.row({judged.run.value, number_cell(judged.assets), number_cell(judged.services),
              number_cell(judged.changes.size())});
  return output.done();
}

struct Begun {
  registry::Store store;
  model::RunId run;
  std::set<model::Endpoint> known_open;
  std::map<net::Address, probe::DeviceKind> devices;
  std::set<net::Address> dark;
};

Result<Begun> begin(const Settings& settings, const model::Run& run, const targets::Scope& scope,
                    const Clock& clock, Rng& rng) {
  auto store = registry::Store::open(settings.register_path, clock, rng);
  if (!store) return store.error();
  for (const auto interrupted : store->interrupted()) {
    log::write(log::Level::warn, "run.interrupted", {{"run", std::to_string(interrupted.value)}});
  }
  auto left_over = judge_left_over(*store);
  if (!left_over) return left_over.error();
  auto world = store->load_world();
  if (!world) return world.error();
  auto id = store->begin_run(run);
  if (!id) return id.error();
  return Begun{std::move(*store), *id, open_endpoints(*world), known_devices(*world, scope),
               dark_addresses(*world, scope, rng.next())};
}

// Records what the run covered and how it ended, whatever happened.
Result<void> close_run(Begun& begun, const Fieldwork& field, const Result<void>& done,
                       bool stopped) {
  if (auto kept = begun.store.record(begun.run, field.coverage()); !kept) return kept;
  if (auto kept = begun.store.record(begun.run, field.counts()); !kept) return kept;
  if (auto kept = begun.store.record(begun.run, field.trips()); !kept) return kept;
  if (auto kept = begun.store.record(begun.run, field.middleboxes()); !kept) return kept;
  const auto state = !done     ? model::RunState::failed
                     : stopped ? model::RunState::stopped
                               : model::RunState::finished;
  return begun.store.finish_run(begun.run, state, done ? "" : done.error().text);
}

bool partial(const model::Coverage& coverage) {
  auto outcomes = tally(coverage);
  return outcomes[model::HostOutcome::skipped] + outcomes[model::HostOutcome::error] > 0;
}

}  // namespace

Result<int> run_census(const Invocation& invocation, const Settings& settings,
                       const Census& command) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto prepared = prepare(command.scope, command.ports, command.method, command.pps, clock.now());
  if (!prepared) return prepared.error();
  auto rules = open_rules(settings);
  if (!rules) return rules.error();
  auto begun = begin(settings, plan_run(*prepared, settings, **rules), prepared->scope, clock, rng);
  if (!begun) return begun.error();
  if (!invocation.quiet)
    std::fputs(fmt::format("run {}: {}\n", begun->run.value, prepared->note).c_str(), stderr);

  std::atomic<bool> stop{false};
  const StopOnSignal on_signal(stop);
  identify::Identifier identifier(*rules);
  Bookkeeper bookkeeper(begun->store, begun->run, identifier, stop);
  Fieldwork field(
      {prepared->scope, prepared->ports, prepared->pace, prepared->method,
       std::move(begun->known_open), true, std::move(begun->devices), std::move(begun->dark)},
      clock, stop, bookkeeper);
  Result<void> done;
  {
    ProgressLine line(clock, invocation.quiet);
    done = run_side_by_side(field, bookkeeper, line);
  }
  if (auto closed = close_run(*begun, field, done, stop.load()); !closed)
    return done ? closed.error() : done.error();
  if (!done) return done.error();

  auto judged = judge_run(begun->store, begun->run);
  if (!judged) return judged.error();
  if (!invocation.quiet) print_summary(*judged, field.counts(), field.coverage());
  if (auto printed = print_result(invocation, *judged); !printed) return printed.error();
  return stop.load() || partial(field.coverage()) || !field.trips().empty() ? 1 : 0;
}

}  // namespace qingdan::app
