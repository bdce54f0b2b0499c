// commands_runs — runs list and show: what was asked, what came of it, what was not asked.
#include <fmt/format.h>

#include <cmath>

#include "app/commands.h"
#include "app/output.h"
#include "qingdan/registry/query.h"

namespace qingdan::app {
namespace {

const std::vector<std::string> kColumns{"run",      "kind",    "state",           "started",
                                        "ended",    "vantage", "authorisation",   "method",
                                        "ports",    "rules",   "applied",         "addresses",
                                        "answered", "silent",  "skipped",         "unreachable",
                                        "error",    "probes",  "probes_answered", "sent",
                                        "retried",  "open",    "conversations",   "not_probed",
                                        "deferred", "lost",    "missed",          "names_left_out",
                                        "failure"};

// -1 = nothing can be told.
model::Cell estimate_cell(double value) {
  if (value < 0) return std::monostate{};
  return std::round(value * 1000) / 1000;
}

std::vector<model::Cell> cells(const registry::RunRow& row) {
  const auto& run = row.run;
  const auto& counts = row.counts;
  return {number_cell(static_cast<std::uint64_t>(run.id.value)),
          std::string(to_string(run.kind)),
          std::string(to_string(run.state)),
          time_cell(run.started),
          time_cell(run.ended),
          text_cell(run.vantage),
          text_cell(run.authorisation),
          text_cell(run.method),
          text_cell(run.ports),
          text_cell(run.rule_release),
          time_cell(row.applied),
          number_cell(counts.addresses),
          number_cell(row.answered),
          number_cell(row.silent),
          number_cell(row.skipped),
          number_cell(row.unreachable),
          number_cell(row.error),
          number_cell(counts.planned),
          number_cell(counts.answered),
          number_cell(counts.sent),
          number_cell(counts.retried),
          number_cell(counts.open),
          number_cell(counts.conversations),
          number_cell(counts.not_probed),
          number_cell(row.deferred),
          estimate_cell(row.lost_estimate),
          estimate_cell(row.missed_estimate),
          number_cell(counts.names_left_out),
          text_cell(run.failure)};
}

void print_head(const registry::RunRow& row) {
  const auto values = cells(row);
  std::string line;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const std::string value = plain_text(values[i]);
    if (!value.empty()) line += kColumns[i] + ": " + value + "\n";
  }
  std::fputs(line.c_str(), stderr);
}

bool is_whole(const registry::RunRow& row) {
  return row.skipped + row.error == 0 && row.run.state == model::RunState::finished;
}

// What the run says of each block, the estimates in it.
Result<int> print_prefixes(const Call& call, const registry::Query& query,
                           const registry::RunRow& row) {
  auto reports = query.reports(row.run.id);
  if (!reports) return reports.error();
  if (!call.invocation.quiet) print_head(row);
  Output output(call.invocation, {"zone", "prefix", "addresses", "probes", "asked", "answered",
                                  "answered_late", "found_first", "found_second", "found_both",
                                  "loss", "missed", "deferred", "not_probed", "note"});
  for (const auto& block : *reports) {
    output.row({text_cell(block.zone), net::block_of(block.block).to_string(),
                number_cell(block.addresses), number_cell(block.planned), number_cell(block.asked),
                number_cell(block.answered), number_cell(block.answered_late),
                number_cell(block.found_first_pass_only), number_cell(block.found_second_only),
                number_cell(block.found_both), estimate_cell(block.loss_estimate),
                estimate_cell(block.missed_estimate), number_cell(block.deferred),
                number_cell(block.not_probed), text_cell(block.note)});
  }
  if (auto done = output.done(); !done) return done.error();
  return is_whole(row) ? 0 : 1;
}

std::string block_text(const model::GuardTrip& trip) {
  if (trip.stopped == "block") return ", and its block " + net::block_of(trip.ip).to_string();
  return trip.stopped == "run" ? ", and the run" : "";
}

// Stopped hosts with what was sent to them before, and machines in front of a prefix.
void say_incidents(const std::vector<model::GuardTrip>& trips,
                   const std::vector<model::Middlebox>& boxes) {
  const auto say = [](const std::string& line) { std::fputs((line + "\n").c_str(), stderr); };
  for (const auto& trip : trips) {
    say(trip.path
            ? fmt::format("path lost: nobody answered any more from {} on (host {}); the run "
                          "was stopped {}",
                          format_local(trip.first_silent), trip.ip.to_string(),
                          format_local(trip.at))
            : fmt::format("stopped: {} fell silent {} (port {} last answered {}){}; not asked "
                          "again",
                          trip.ip.to_string(), format_local(trip.first_silent), trip.sentinel,
                          format_local(trip.last_heard), block_text(trip)));
    for (const auto& sent : trip.probes) {
      say(fmt::format("  sent before: {} {} to {}/{}", format_rfc3339(sent.at), sent.what,
                      net::to_string(sent.port.transport), sent.port.port));
    }
  }
  for (const auto& box : boxes) {
    say(fmt::format(
        "middlebox: {} answers on {} for {} of {} addresses alike{}; no assets "
        "(runs {} to {})",
        box.block.to_string(), box.ports.to_string(), box.answering, box.asked,
        box.dark ? ", dark ones among them" : "", box.first_run.value, box.last_run.value));
  }
}

}  // namespace

Result<int> carry_out(const Call& call, const RunsList&) {
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto runs = query->runs();
  if (!runs) return runs.error();
  Output output(call.invocation, kColumns);
  for (const auto& row : *runs) output.row(cells(row));
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

// The coverage as one row per consecutive addresses with the same outcome.
Result<int> carry_out(const Call& call, const RunsShow& command) {
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto row = query->find_run({command.run});
  if (!row) return row.error();
  if (!*row) {
    return Error{ErrorCode::input, fmt::format("there is no run {} (see runs list)", command.run),
                 ""};
  }
  if (command.prefixes) return print_prefixes(call, *query, **row);
  auto coverage = query->coverage({command.run});
  if (!coverage) return coverage.error();
  auto trips = query->trips({command.run});
  if (!trips) return trips.error();
  auto boxes = query->middleboxes(model::RunId{command.run});
  if (!boxes) return boxes.error();
  if (!call.invocation.quiet) {
    print_head(**row);
    say_incidents(*trips, *boxes);
  }
  Output output(call.invocation, {"zone", "first", "last", "addresses", "outcome"});
  for (const auto& block : coverage->blocks) {
    for (std::size_t i = 0; i < block.outcomes.size();) {
      std::size_t end = i;
      while (end < block.outcomes.size() && block.outcomes[end] == block.outcomes[i]) ++end;
      const auto at = [&](std::size_t offset) {
        return net::Address::from_number(block.first.number() + offset, block.first.is_v6())
            .to_string();
      };
      output.row({text_cell(block.zone), at(i), at(end - 1), number_cell(end - i),
                  std::string(to_string(block.outcomes[i]))});
      i = end;
    }
  }
  if (auto done = output.done(); !done) return done.error();
  return is_whole(**row) && trips->empty() ? 0 : 1;
}

}  // namespace qingdan::app
