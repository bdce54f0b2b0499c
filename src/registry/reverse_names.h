// reverse_names — what name servers said of addresses, kept under the run in which they said it.
#pragma once

#include <span>
#include <string>

#include "qingdan/model/run.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

// Of one address in one run the last word stands.
void write_reverse_names(Database& database, model::RunId run,
                         std::span<const model::ReverseName> names);

// An SQL expression: the newest name that an applied run knows of an address, "" where there is
// none. `zone_id` and `ip` are expressions of the statement around it.
[[nodiscard]] std::string reverse_name_sql(const std::string& zone_id, const std::string& ip);

}  // namespace qingdan::registry
