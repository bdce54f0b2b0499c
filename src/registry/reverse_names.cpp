// reverse_names — see the header.
#include "registry/reverse_names.h"

#include "qingdan/registry/query.h"
#include "registry/rows.h"

namespace qingdan::registry {

void write_reverse_names(Database& database, model::RunId run,
                         std::span<const model::ReverseName> names) {
  Zones zones(database);
  for (const auto& told : names) {
    database.run(
        "INSERT OR REPLACE INTO reverse_name (run_id, zone_id, ip, name, resolver, at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        run, zones.id(told.zone), told.ip, told.name, told.resolver, told.at);
  }
}

namespace {

// Of an address, newest first.
std::string told_of(const std::string& zone_id, const std::string& ip) {
  return " FROM reverse_name v JOIN run u ON u.id = v.run_id WHERE v.zone_id = " + zone_id +
         " AND v.ip = " + ip + " AND u.applied <> 0 ORDER BY v.run_id DESC LIMIT 1";
}

}  // namespace

std::string reverse_name_sql(const std::string& zone_id, const std::string& ip) {
  return "coalesce((SELECT v.name" + told_of(zone_id, ip) + "), '')";
}

Result<std::optional<Query::ReverseNameTold>> Query::reverse_name(const std::string& zone,
                                                                  const net::Address& ip) const {
  Reading reading(*database_);
  std::optional<ReverseNameTold> found;
  {
    const auto zone_id = "(SELECT id FROM zone WHERE name = ?1)";
    auto row = database_->ask("SELECT v.name, v.resolver, v.at, v.run_id" + told_of(zone_id, "?2"),
                              zone, ip);
    if (row.next()) {
      found = {{zone, ip, row.text(0), row.address(1), row.time(2)}, {row.integer(3)}};
    }
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return found;
}

}  // namespace qingdan::registry
