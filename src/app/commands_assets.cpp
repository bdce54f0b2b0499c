// commands_assets — one asset in full; manual corrections; merging and taking it back.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/commands.h"
#include "app/judgement.h"
#include "app/output.h"
#include "qingdan/base/text.h"
#include "qingdan/registry/query.h"
#include "qingdan/resolve/facts.h"
#include "qingdan/targets/calendar.h"

namespace qingdan::app {
namespace {

enum class Kind { text, registration, lifecycle, product };
struct SettableField {
  std::string_view word;   // on the command line
  std::string_view field;  // of model/claim.h
  Kind kind;
};
constexpr std::array<SettableField, 11> kSettable{
    {{"name", model::field::kName, Kind::text},
     {"unit", model::field::kUnit, Kind::text},
     {"system", model::field::kSystem, Kind::text},
     {"owner", model::field::kOwner, Kind::text},
     {"purpose", model::field::kPurpose, Kind::text},
     {"location", model::field::kLocation, Kind::text},
     {"registration", model::field::kRegistration, Kind::registration},
     {"lifecycle", model::field::kLifecycle, Kind::lifecycle},
     {"remark", model::field::kRemark, Kind::text},
     {"os", model::field::kOs, Kind::product},
     {"hostname", model::field::kHostName, Kind::text}}};
constexpr std::array<std::string_view, 4> kLifecycle{"待上线", "在用", "停用", "已下线"};

Error wrong(std::string text) { return {ErrorCode::input, std::move(text), ""}; }

struct Assignment {
  const SettableField* field{nullptr};
  std::string value;  // "" = withdraw
};

Result<Assignment> parse_assignment(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return wrong(fmt::format("\"{}\" is not FIELD=VALUE", text));
  const std::string word = text.substr(0, equals);
  const auto* field = std::find_if(kSettable.begin(), kSettable.end(),
                                   [&](const auto& f) { return f.word == word; });
  if (field == kSettable.end()) {
    std::string known;
    for (const auto& f : kSettable) known += fmt::format("{}{}", known.empty() ? "" : " ", f.word);
    return wrong(fmt::format("unknown field \"{}\" (known: {})", word, known));
  }
  const std::string value(trim(std::string_view(text).substr(equals + 1)));
  if (!is_utf8(value)) return wrong(fmt::format("{}: the value is not UTF-8", word));
  if (field->kind == Kind::registration && !value.empty() &&
      !model::parse<model::Registration>(value)) {
    return wrong(
        fmt::format("registration \"{}\" is none of 未备案 待确认 已备案 已注销 已排除", value));
  }
  if (field->kind == Kind::lifecycle && !value.empty() &&
      std::find(kLifecycle.begin(), kLifecycle.end(), value) == kLifecycle.end()) {
    return wrong(fmt::format("lifecycle \"{}\" is none of 待上线 在用 停用 已下线", value));
  }
  return Assignment{field, value};
}

// "Debian 12": the last word is a version where it has a digit.
std::string product_json(const std::string& text) {
  model::ProductStatement statement;
  statement.role = "os";
  statement.product = text;
  const auto space = text.rfind(' ');
  if (space != std::string::npos && text.find_first_of("0123456789", space) != std::string::npos) {
    statement.product = text.substr(0, space);
    statement.version = text.substr(space + 1);
    statement.precision = model::Precision::exact;
  }
  statement.confidence = 100;
  return model::to_json(statement);
}

Result<UnixMillis> parse_until(const std::string& text) {
  if (text.empty()) return UnixMillis{};
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char tail = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &tail) == 3) {
    const targets::Day date{std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(day)};
    if (date.ok()) return targets::end_of(date);
  }
  return wrong(fmt::format("--until {}: not a day like 2027-06-30", text));
}

struct Opened {
  registry::Store store;
  model::AssetRecord asset;
};

Result<Opened> open_asset(const Call& call, const std::string& name, const Clock& clock, Rng& rng) {
  const auto& path = call.settings.register_path;
  auto query = registry::Query::open(path);
  if (!query) return query.error();
  auto asset = query->find_asset(name);
  if (!asset) return asset.error();
  if (!*asset)
    return wrong(fmt::format("there is no asset {} in {} (see assets list)", name, path));
  auto store = registry::Store::open(path, clock, rng);
  if (!store) return store.error();
  return Opened{std::move(*store), std::move(**asset)};
}

Result<void> assign(Opened& opened, const Assignment& assignment, const AssetsSet& command,
                    UnixMillis until, UnixMillis now) {
  registry::ManualClaim manual;
  manual.asset = opened.asset.number;
  manual.claim.field = assignment.field->field;
  manual.claim.reason = command.reason;
  manual.claim.actor = actor_or_login(command.actor);
  if (assignment.value.empty()) {
    auto done = opened.store.withdraw_manual(manual);
    return done ? Result<void>() : Result<void>(done.error());
  }
  manual.claim.source = "manual";
  manual.claim.confidence = 100;
  manual.claim.value = assignment.field->kind == Kind::product
                           ? product_json(assignment.value)
                           : model::to_json(std::string_view(assignment.value));
  manual.claim.asserted_at = now;
  manual.claim.valid_until = until;
  manual.claim.basis_value = resolve::observed_value(opened.asset.claims, manual.claim.field, now);
  auto done = opened.store.set_manual(manual);
  return done ? Result<void>() : Result<void>(done.error());
}

void print_head(const model::AssetRecord& asset) {
  std::string line = fmt::format("{}  {}\n", asset.number, model::to_string(asset.presence));
  for (const auto& binding : asset.bindings) {
    line += fmt::format("address: {} ({}){}\n", binding.ip.to_string(), binding.zone,
                        binding.until.value == 0 ? "" : ", until " + format_local(binding.until));
  }
  for (const auto& identifier : asset.identifiers) {
    line += fmt::format("identifier: {} {}\n", model::to_string(identifier.type), identifier.value);
  }
  line +=
      fmt::format("first seen {}, last seen {}, last covered {}\n", format_local(asset.first_seen),
                  format_local(asset.last_seen), format_local(asset.last_covered));
  std::fputs(line.c_str(), stderr);
}

// Of the claim that the fact is.
std::string reason_of(const std::string& field, const model::Fact& fact,
                      const std::vector<model::Claim>& claims) {
  const auto found = std::find_if(claims.begin(), claims.end(), [&](const model::Claim& claim) {
    return claim.field == field && claim.source == fact.source;
  });
  return found == claims.end() ? std::string() : found->reason;
}

void add_facts(Output& output, const std::string& object, const model::Facts& facts,
               const std::vector<model::Claim>& claims) {
  for (const auto& [field, fact] : facts) {
    output.row({object, field, model::Cell{model::RawJson{fact.value}},
                std::string(to_string(fact.state)), text_cell(fact.source),
                std::int64_t{fact.confidence}, text_cell(fact.rule), text_cell(fact.evidence),
                fact.run ? model::Cell{fact.run.value} : model::Cell{},
                fact.other.empty() ? model::Cell{} : model::Cell{model::RawJson{fact.other}},
                text_cell(reason_of(field, fact, claims)), text_cell(fact.rule_release)});
  }
}

// What name servers call the addresses it has now.
Result<void> add_reverse_names(Output& output, const registry::Query& query,
                               const model::AssetRecord& asset) {
  for (const auto& binding : asset.bindings) {
    if (binding.until.value != 0) continue;
    auto found = query.reverse_name(binding.zone, binding.ip);
    if (!found) return found.error();
    if (!*found || (*found)->told.name.empty()) continue;
    const auto& [told, run] = **found;
    output.row({told.ip.to_string(), "address.reverse_name", told.name, "auto",
                "resolver:" + told.resolver.to_string(), std::monostate{}, std::monostate{},
                std::monostate{}, run.value, std::monostate{}, std::monostate{}, std::monostate{}});
  }
  return {};
}

}  // namespace

Result<int> carry_out(const Call& call, const AssetsShow& command) {
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto asset = query->find_asset(command.asset);
  if (!asset) return asset.error();
  if (!*asset) return wrong(fmt::format("there is no asset {} (see assets list)", command.asset));
  if (!call.invocation.quiet) print_head(**asset);
  Output output(call.invocation, {"object", "field", "value", "state", "source", "confidence",
                                  "rule", "evidence", "run", "other", "reason", "rule_release"});
  add_facts(output, (*asset)->number, (*asset)->facts, (*asset)->claims);
  if (auto named = add_reverse_names(output, *query, **asset); !named) return named.error();
  for (const auto& service : (*asset)->services) {
    const std::string name = fmt::format("{} {}/{}{}{}", service.at.ip.to_string(), service.at.port,
                                         net::to_string(service.at.transport),
                                         service.vhost.empty() ? "" : " ", service.vhost);
    output.row(
        {name, "port.state",
         std::string(to_string(service.state)) + " " + std::string(to_string(service.verdict)),
         "auto", std::monostate{}, std::monostate{}, std::monostate{}, std::monostate{},
         std::monostate{}, std::monostate{}, std::monostate{}, std::monostate{}});
    add_facts(output, name, service.facts, service.claims);
  }
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

Result<int> carry_out(const Call& call, const AssetsSet& command) {
  std::vector<Assignment> assignments;
  for (const auto& text : command.assignments) {
    auto assignment = parse_assignment(text);
    if (!assignment) return assignment.error();
    assignments.push_back(std::move(*assignment));
  }
  auto until = parse_until(command.until);
  if (!until) return until.error();
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto opened = open_asset(call, command.asset, clock, rng);
  if (!opened) return opened.error();
  for (const auto& assignment : assignments) {
    if (auto done = assign(*opened, assignment, command, *until, clock.now()); !done)
      return done.error();
  }
  auto applied = rejudge_register(opened->store, clock.now());
  if (!applied) return applied.error();
  std::fputs(fmt::format("{}: {} field{} set\n", opened->asset.number, assignments.size(),
                         assignments.size() == 1 ? "" : "s")
                 .c_str(),
             stdout);
  return 0;
}

}  // namespace qingdan::app
