// census_run — see census_run.h.
#include "app/census_run.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "app/bookkeeper.h"
#include "app/output.h"
#include "app/side_by_side.h"
#include "app/signals.h"
#include "app/stop_file.h"
#include "qingdan/registry/query.h"

namespace qingdan::app {
namespace {

std::uint64_t not_fully_asked(const registry::RunRow& row) {
  return row.skipped + row.error + row.unreachable;
}

// One line per type, most telling first; the rows are in `changes list --run N`.
void print_summary(const Judged& judged, const registry::RunRow& row) {
  const auto& counts = row.counts;
  std::fputs(fmt::format("run {}: {} addresses ({} answered, {} silent, {} not fully asked); {} of "
                         "{} probes answered, {} packets begun, {} conversations\n",
                         judged.run.value, counts.addresses, row.answered, row.silent,
                         not_fully_asked(row), counts.answered, counts.planned, counts.sent,
                         counts.conversations)
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

bool partial(const model::Coverage& coverage) {
  for (const auto& block : coverage.blocks) {
    for (const auto outcome : block.outcomes) {
      if (outcome == model::HostOutcome::skipped || outcome == model::HostOutcome::error)
        return true;
    }
  }
  return false;
}

// A breach of scope is a fault of ours and ends the run for good; after everything else it may go
// on.
Result<void> end_run(registry::Store& store, model::RunId run, const Result<void>& done,
                     bool stopped) {
  if (!done && done.error().code == ErrorCode::refused) {
    return store.finish_run(run, model::RunState::failed, done.error().text);
  }
  if (!done) return store.finish_run(run, model::RunState::paused, done.error().text);
  return store.finish_run(run, stopped ? model::RunState::paused : model::RunState::finished,
                          stopped ? "stopped before everything was asked" : "");
}

void say_paused(const Equipment& equipment, model::RunId run, const model::RunCounts& counts) {
  if (equipment.invocation.quiet) return;
  std::fputs(fmt::format("run {} is paused: {} of {} probes are done; `qingdan runs resume {} "
                         "--scope FILE` goes on, `qingdan runs finish {}` takes in what it found\n",
                         run.value, counts.planned - counts.not_probed, counts.planned, run.value,
                         run.value)
                 .c_str(),
             stderr);
}

void say_names_left_out(const Equipment& equipment, model::RunId run, std::uint64_t count) {
  if (equipment.invocation.quiet || count == 0) return;
  const bool one = count == 1;
  std::fputs(
      fmt::format("run {}: {} name{} of {} left to later runs; an endpoint is asked for {} in "
                  "one run\n",
                  run.value, count, one ? "" : "s", one ? "a web server is" : "web servers are",
                  kNamesPerSite)
          .c_str(),
      stderr);
}

void say_given_up(const Equipment& equipment, model::RunId run,
                  const std::vector<net::Address>& resolvers) {
  if (equipment.invocation.quiet) return;
  for (const auto& ip : resolvers) {
    std::fputs(fmt::format("run {}: the resolver {} stated nothing {} times in a row and was asked "
                           "no more; does it answer PTR questions of this machine?\n",
                           run.value, ip.to_string(), probe::kGivenUpAfter)
                   .c_str(),
               stderr);
  }
}

}  // namespace

std::set<model::Endpoint> open_endpoints(const model::World& world) {
  std::set<model::Endpoint> open;
  for (const auto& asset : world.assets) {
    for (const auto& service : asset.services) {
      if (service.state != model::PortState::closed) open.insert(service.at);
    }
  }
  return open;
}

Result<void> conclude(const Invocation& invocation, const Settings& settings,
                      registry::Store& store, model::RunId run) {
  auto judged = judge_run(settings, store, run);
  if (!judged) return judged.error();
  return tell(invocation, settings, *judged);
}

Result<void> tell(const Invocation& invocation, const Settings& settings, const Judged& judged) {
  auto query = registry::Query::open(settings.register_path);
  if (!query) return query.error();
  auto row = query->find_run(judged.run);
  if (!row) return row.error();
  if (!invocation.quiet && *row) print_summary(judged, **row);
  return print_result(invocation, judged);
}

Result<int> carry_on(const Equipment& equipment, const Prepared& prepared, Begun begun) {
  std::atomic<bool> stop{false};
  const StopOnSignal on_signal(stop);
  const StopFile stop_file(equipment.settings.register_path);
  stop_file.obeyed(begun.run);  // of a process that died before it saw it
  identify::Identifier identifier(equipment.rules);
  Bookkeeper bookkeeper(begun.store, begun.run, identifier, stop);
  const bool goes_on = begun.resumed.has_value();
  Fieldwork field({prepared.scope, prepared.ports, prepared.pace, prepared.method,
                   std::move(begun.known_open), true, begun.key, std::move(begun.resumed),
                   std::move(begun.devices), std::move(begun.dark), std::move(begun.names),
                   static_cast<std::uint64_t>(begun.run.value - 1), std::move(begun.protocols)},
                  equipment.clock, stop, bookkeeper);
  bookkeeper.warn(
      [&field](const net::Address& ip, probe::DeviceKind kind) { return field.heed(ip, kind); });
  // Before the first packet, so that whatever was sent belongs to a run that can go on.
  if (goes_on) {
    if (auto heard = bookkeeper.recall(); !heard) return heard.error();
  } else {
    registry::Batch first;
    first.checkpoint = field.checkpoint();
    if (auto kept = begun.store.add(begun.run, first); !kept) return kept.error();
  }
  Result<void> done;
  {
    ProgressLine line(equipment.clock, equipment.invocation.quiet);
    done = run_side_by_side(field, bookkeeper, line, [&] {
      if (stop_file.stops(begun.run)) stop.store(true);
    });
  }
  const bool stopped = stop.load();
  auto ended = end_run(begun.store, begun.run, done, stopped);
  stop_file.obeyed(begun.run);
  if (!done) return done.error();
  if (!ended) return ended.error();
  say_names_left_out(equipment, begun.run, field.counts().names_left_out);
  say_given_up(equipment, begun.run, field.resolvers_given_up());
  if (stopped) {
    say_paused(equipment, begun.run, field.counts());
    return 1;
  }
  if (auto told = conclude(equipment.invocation, equipment.settings, begun.store, begun.run);
      !told) {
    return told.error();
  }
  return partial(field.coverage()) || !field.trips().empty() ? 1 : 0;
}

}  // namespace qingdan::app
