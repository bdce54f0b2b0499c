// commands_lists — services, assets and changes, streamed from the register.
#include <fmt/format.h>

#include <algorithm>

#include "app/commands.h"
#include "app/output.h"
#include "qingdan/registry/query.h"

namespace qingdan::app {
namespace {

model::Cell raw_cell(const std::string& json) {
  if (json.empty()) return std::monostate{};
  return model::RawJson{json};
}

// In a table what is in doubt ends in "?"; other formats have `doubts` for it.
class Marker {
 public:
  Marker(const std::vector<std::string>& doubts, Format format)
      : doubts_(doubts), table_(format == Format::table) {}
  [[nodiscard]] model::Cell operator()(std::string_view key, const std::string& text) const {
    const bool marked =
        table_ && !text.empty() && std::find(doubts_.begin(), doubts_.end(), key) != doubts_.end();
    return text_cell(marked ? text + "?" : text);
  }
  [[nodiscard]] model::Cell all() const {
    return doubts_.empty() ? model::Cell{} : model::Cell{model::RawJson{model::to_json(doubts_)}};
  }

 private:
  const std::vector<std::string>& doubts_;
  bool table_;
};

std::vector<model::Cell> cells(const registry::ServiceRow& row, Format format) {
  const Marker marked(row.doubts, format);
  return {row.asset,
          row.ip,
          std::int64_t{row.port},
          row.transport,
          row.state,
          row.verdict,
          marked("tls", row.tls),
          marked("service", row.service),
          text_cell(row.vendor),
          marked("product", row.product),
          text_cell(row.version),
          text_cell(row.cpe),
          marked("os", row.os),
          row.confidence > 0 ? model::Cell{std::int64_t{row.confidence}} : model::Cell{},
          text_cell(row.rule),
          raw_cell(row.also),
          time_cell(row.first_seen),
          time_cell(row.last_seen),
          text_cell(row.zone),
          text_cell(row.vhost),
          text_cell(row.product_zh),
          marked.all()};
}

std::vector<model::Cell> cells(const registry::AssetRow& row, Format format) {
  const Marker marked(row.doubts, format);
  return {row.asset,
          marked("name", row.name),
          row.ip,
          row.other_ips.empty() ? model::Cell{}
                                : model::Cell{model::RawJson{model::to_json(row.other_ips)}},
          text_cell(row.zone),
          marked("unit", row.unit),
          marked("system", row.system),
          marked("os", row.os),
          marked("device_class", row.device_class),
          marked("host", row.host),
          text_cell(row.presence),
          marked("registration", row.registration),
          marked("lifecycle", row.lifecycle),
          number_cell(row.services),
          time_cell(row.first_seen),
          time_cell(row.last_seen),
          marked.all()};
}

std::vector<model::Cell> cells(const model::Change& change) {
  return {change.seq,
          time_cell(change.time),
          change.run ? model::Cell{change.run.value} : model::Cell{},
          std::string(to_string(change.type)),
          change.object,
          text_cell(change.asset_number),
          change.ip ? model::Cell{change.ip->to_string()} : model::Cell{},
          change.port ? model::Cell{std::int64_t{change.port->port}} : model::Cell{},
          text_cell(change.field),
          text_cell(change.before),
          text_cell(change.after),
          std::string(to_string(change.cause)),
          text_cell(change.evidence),
          change.port ? model::Cell{std::string(net::to_string(change.port->transport))}
                      : model::Cell{}};
}

}  // namespace

Result<int> carry_out(const Call& call, const ServicesList& command) {
  if (command.unknown) return list_unknown(call, command);
  auto filter = registry::parse_filter(command.query);
  if (!filter) return filter.error();
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  Output output(call.invocation,
                {"asset", "ip",         "port",       "transport", "state",      "verdict",
                 "tls",   "service",    "vendor",     "product",   "version",    "cpe",
                 "os",    "confidence", "rule",       "also",      "first_seen", "last_seen",
                 "zone",  "vhost",      "product_zh", "doubts"});
  const auto format = format_of(call.invocation);
  auto listed = query->services(*filter, [&](const registry::ServiceRow& row) {
    output.row(cells(row, format));
    return true;
  });
  if (!listed) return listed.error();
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

Result<int> carry_out(const Call& call, const AssetsList& command) {
  auto filter = registry::parse_filter(command.query);
  if (!filter) return filter.error();
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  Output output(call.invocation, {"asset", "name", "ip", "other_ips", "zone", "unit", "system",
                                  "os", "device_class", "host", "presence", "registration",
                                  "lifecycle", "services", "first_seen", "last_seen", "doubts"});
  const auto format = format_of(call.invocation);
  auto listed = query->assets(*filter, [&](const registry::AssetRow& row) {
    output.row(cells(row, format));
    return true;
  });
  if (!listed) return listed.error();
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

Result<int> carry_out(const Call& call, const ChangesList& command) {
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  registry::ChangeFilter filter;
  filter.after_seq = command.since;
  for (const auto run : {command.run, command.against}) {
    if (run == 0) continue;
    auto found = query->find_run({run});
    if (!found) return found.error();
    if (!*found)
      return Error{ErrorCode::input, fmt::format("there is no run {} (see runs list)", run), ""};
  }
  // Either order of the two runs means the changes on the way from the earlier to the later.
  if (command.run != 0) filter.run = model::RunId{std::max(command.run, command.against)};
  if (command.against != 0) filter.since_run = model::RunId{std::min(command.run, command.against)};
  Output output(call.invocation, {"seq", "time", "run", "type", "object", "asset", "ip", "port",
                                  "field", "before", "after", "cause", "evidence", "transport"});
  auto listed = query->changes(filter, [&](const model::Change& change) {
    output.row(cells(change));
    return true;
  });
  if (!listed) return listed.error();
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

}  // namespace qingdan::app
