// further_certificates — leaf certificates that a service shows beside its own: of another kind of
// key, or as one of the two of TLCP.
//   Z1  the one that is shown now has no end: certificate_use.last_seen is 0 until it is shown no
//   more
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "qingdan/model/world.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

// What the statements of service.tls say began and ended; `id` of the service. A statement that
// does not parse fails the database.
void write_further_certificates(Database& database, const model::ServiceRecord& before,
                                const model::ServiceRecord& after, std::int64_t id);

// Ids of the services that show it now, by SHA-256. No index has them, and they are few.
[[nodiscard]] std::map<std::string, std::vector<std::string>> further_uses(Database& database);

}  // namespace qingdan::registry
