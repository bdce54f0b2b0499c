// commands_list — the 《网络资产清单》: seal, print, compare.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/csv_file.h"
#include "app/open_register.h"
#include "app/output.h"
#include "qingdan/base/text.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/seal.h"
#include "qingdan/report/listing_export.h"

namespace qingdan::app {
namespace {

Error wrong(std::string text) { return {ErrorCode::input, std::move(text), ""}; }

bool ends_with_ignoring_case(const std::string& text, std::string_view ending) {
  return text.size() >= ending.size() &&
         equals_ignoring_case(std::string_view(text).substr(text.size() - ending.size()), ending);
}

Result<registry::Snapshot> chosen_snapshot(const Call& call, registry::Store& store,
                                           const ListExport& command, UnixMillis now) {
  const auto& path = call.settings.register_path;
  if (command.snapshot.empty()) return registry::seal(store, now, actor_or_login(command.actor));
  auto found = registry::find_snapshot(path, command.snapshot);
  if (!found) return found.error();
  if (!*found) return wrong(fmt::format("there is no snapshot {} in {}", command.snapshot, path));
  return **found;
}

// The list sealed before this one, for 环比; null where this is the first.
Result<std::unique_ptr<model::ListingSource>> listing_before(const std::string& path,
                                                             const registry::Snapshot& snapshot) {
  auto all = registry::snapshots(path);
  if (!all) return all.error();
  for (const auto& older : *all) {  // newest first
    if (older.id < snapshot.id) return registry::open_listing(path, older.id);
  }
  return std::unique_ptr<model::ListingSource>();
}

report::ExportOptions options_of(const ListExport& command, UnixMillis now) {
  report::ExportOptions options;
  options.profile = *report::parse_profile(command.profile);  // the command line knows the words
  options.unit = command.unit;
  options.exported_by = actor_or_login(command.actor);
  options.exported_at = now;
  return options;
}

Result<report::ExportSummary> print_list(const model::ListingSource& source,
                                         const report::ExportOptions& options,
                                         const ListExport& command) {
  if (ends_with_ignoring_case(command.output, ".xlsx")) {
    if (!command.sheet.empty())
      return Error{ErrorCode::usage, "--sheet goes with a .csv output: a workbook has them all",
                   ""};
    return report::write_workbook(source, options, command.output);
  }
  if (ends_with_ignoring_case(command.output, ".csv")) {
    return write_csv_file(source, options, command.sheet.empty() ? "04" : command.sheet,
                          command.encoding, command.output);
  }
  return Error{ErrorCode::usage,
               fmt::format("-o {}: the name must end in .xlsx or .csv", command.output), ""};
}

std::string detail_of(const registry::Snapshot& snapshot, const ListExport& command,
                      const report::ExportSummary& summary) {
  return model::to_json_object({{"snapshot", snapshot.name},
                                {"snapshot_sha256", snapshot.sha256},
                                {"profile", command.profile},
                                {"unit", text_cell(command.unit)},
                                {"rows", number_cell(summary.rows)},
                                {"sha256", text_cell(summary.sha256)}});
}

}  // namespace

Result<int> carry_out(const Call& call, const ListExport& command) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto options = options_of(command, clock.now());
  auto store = open_register(call.settings.register_path, clock, rng);
  if (!store) return store.error();
  auto snapshot = chosen_snapshot(call, *store, command, clock.now());
  if (!snapshot) return snapshot.error();
  auto source = registry::open_listing(call.settings.register_path, snapshot->id);
  if (!source) return source.error();
  auto before = listing_before(call.settings.register_path, *snapshot);
  if (!before) return before.error();
  options.before = before->get();
  auto summary = print_list(**source, options, command);
  if (!summary) return summary.error();
  auto noted = registry::write_audit(*store, options.exported_at, options.exported_by, "export",
                                     command.output, detail_of(*snapshot, command, *summary));
  if (!noted) return noted.error();
  std::fputs(fmt::format("{}: snapshot {} of {} assets, {} services; {} rows\n", command.output,
                         snapshot->name, snapshot->assets, snapshot->services, summary->rows)
                 .c_str(),
             stdout);
  return 0;
}

Result<int> carry_out(const Call& call, const ListSeal& command) {
  const SystemClock clock;
  Rng rng(random_key()[0]);
  auto store = open_register(call.settings.register_path, clock, rng);
  if (!store) return store.error();
  auto snapshot = registry::seal(*store, clock.now(), actor_or_login(command.actor));
  if (!snapshot) return snapshot.error();
  Output output(call.invocation,
                {"snapshot", "name", "sealed", "run", "assets", "services", "sha256", "reused"});
  output.row({snapshot->id.value, snapshot->name, time_cell(snapshot->sealed),
              snapshot->run ? model::Cell{snapshot->run.value} : model::Cell{},
              number_cell(snapshot->assets), number_cell(snapshot->services), snapshot->sha256,
              snapshot->reused});
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

Result<int> carry_out(const Call& call, const ListDiff& command) {
  const auto& path = call.settings.register_path;
  std::array<registry::Snapshot, 2> both;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& name = i == 0 ? command.before : command.after;
    auto found = registry::find_snapshot(path, name);
    if (!found) return found.error();
    if (!*found) return wrong(fmt::format("there is no snapshot {} in {}", name, path));
    both[i] = **found;
  }
  Output output(call.invocation, {"asset", "ip", "port", "transport", "vhost", "object", "kind",
                                  "field", "before", "after"});
  auto read = registry::diff_snapshots(
      path, both[0].id, both[1].id, [&](const registry::SnapshotDifference& row) {
        output.row({text_cell(row.asset), text_cell(row.ip),
                    row.port != 0 ? model::Cell{std::int64_t{row.port}} : model::Cell{},
                    text_cell(row.transport), text_cell(row.vhost), row.object, row.kind,
                    text_cell(row.field), text_cell(row.before), text_cell(row.after)});
        return true;
      });
  if (!read) return read.error();
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

}  // namespace qingdan::app
