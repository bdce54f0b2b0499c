// commands_rules_diff — the gate before a rule update: stored evidence judged by both rule bases.
#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "app/commands.h"
#include "app/output.h"
#include "app/rule_diff.h"
#include "app/rules.h"
#include "app/stored_evidence.h"

namespace qingdan::app {
namespace {

// What of a register is judged again, without its bytes.
struct Subject {
  std::string asset;
  struct Place {
    model::Endpoint at;
    std::string vhost;
    model::FactState product{model::FactState::automatic};
  };
  std::vector<Place> places;
  model::Facts facts;  // of the host
};

model::FactState state_of(const model::Facts& facts, std::string_view field) {
  const auto found = facts.find(std::string(field));
  return found == facts.end() ? model::FactState::automatic : found->second.state;
}

Result<std::vector<Subject>> load_subjects(const registry::Query& query) {
  std::vector<Subject> subjects;
  auto read = query.records([&](const model::AssetRecord& asset) {
    Subject subject{asset.number, {}, asset.facts};
    for (const auto& service : asset.services) {
      if (service.state == model::PortState::closed) continue;
      subject.places.push_back(
          {service.at, service.vhost, state_of(service.facts, model::field::kProduct)});
    }
    if (!subject.places.empty()) subjects.push_back(std::move(subject));
    return true;
  });
  if (!read) return read.error();
  return subjects;
}

struct Counts {
  std::size_t services{0}, without{0}, changes{0}, assets{0};
};

// How the register holds the field now: what a person has said stays whatever rules say.
model::FactState held_state(const Subject& subject, const LabelChange& change) {
  if (change.at.port == 0) {
    const auto field = change.field == "hardware"       ? model::field::kHardware
                       : change.field == "device_class" ? model::field::kDeviceClass
                                                        : model::field::kOs;
    return state_of(subject.facts, field);
  }
  for (const auto& place : subject.places) {
    if (place.at == change.at && place.vhost == change.vhost) return place.product;
  }
  return model::FactState::automatic;
}

void print(const Subject& subject, const LabelChange& change, Output& output) {
  const bool host = change.at.port == 0;
  output.row({subject.asset, change.at.ip.to_string(),
              host ? model::Cell{} : model::Cell{std::int64_t{change.at.port}},
              host ? model::Cell{} : model::Cell{std::string(net::to_string(change.at.transport))},
              text_cell(change.vhost), change.field, text_cell(change.before),
              text_cell(change.after), text_cell(change.rule_before), text_cell(change.rule_after),
              std::string(to_string(held_state(subject, change))), text_cell(change.evidence),
              text_cell(change.at.zone)});
}

Result<void> judge(const registry::Query& query, const Subject& subject, RuleDiff& diff,
                   Output& output, Counts& counts) {
  std::map<net::Address, std::vector<std::vector<model::Observation>>> heard;
  for (const auto& place : subject.places) {
    auto observations = newest_evidence(query, place.at, place.vhost);
    if (!observations) return observations.error();
    ++(observations->empty() ? counts.without : counts.services);
    if (!observations->empty()) heard[place.at.ip].push_back(std::move(*observations));
  }
  const auto before = counts.changes;
  for (const auto& [ip, places] : heard) {
    for (const auto& change : diff.compare(places)) {
      print(subject, change, output);
      ++counts.changes;
    }
  }
  counts.assets += counts.changes > before ? 1 : 0;
  return {};
}

// The operator's own rules stand beside either.
Result<std::shared_ptr<const identify::RuleBase>> open_beside(const Settings& settings,
                                                              const std::string& shipped) {
  auto changed = settings;
  changed.rule_directories.front() = shipped;
  return open_rules(changed);
}

}  // namespace

Result<int> carry_out(const Call& call, const RulesDiff& command) {
  auto before = open_beside(call.settings, command.before);
  if (!before) return before.error();
  auto after = open_beside(call.settings, command.after);
  if (!after) return after.error();
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto subjects = load_subjects(*query);
  if (!subjects) return subjects.error();
  Output output(call.invocation,
                {"asset", "ip", "port", "transport", "vhost", "field", "before", "after",
                 "rule_before", "rule_after", "state", "evidence", "zone"});
  RuleDiff diff(*before, *after);
  Counts counts;
  for (const auto& subject : *subjects) {
    if (auto judged = judge(*query, subject, diff, output, counts); !judged) return judged.error();
  }
  if (auto done = output.done(); !done) return done.error();
  if (!call.invocation.quiet) {
    std::fputs(
        fmt::format("{} → {}: {} services judged again, {} without stored evidence; {} labels of "
                    "{} assets would change\n",
                    (*before)->release(), (*after)->release(), counts.services, counts.without,
                    counts.changes, counts.assets)
            .c_str(),
        stderr);
  }
  return counts.changes == 0 ? 0 : 1;
}

}  // namespace qingdan::app
