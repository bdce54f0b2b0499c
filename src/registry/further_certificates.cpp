// further_certificates — see the header.
#include "registry/further_certificates.h"

#include <set>
#include <string_view>

#include "qingdan/model/json.h"
#include "registry/lines.h"

namespace qingdan::registry {
namespace {

using model::ServiceRecord;

std::set<std::string> shown_beside(Database& database, const ServiceRecord& record) {
  std::set<std::string> shown;
  const auto fact = record.facts.find(std::string(model::field::kTls));
  if (fact == record.facts.end() || record.state != model::PortState::open) return shown;
  // Few services have any: a census of a million must not read all their statements.
  if (fact->second.value.find("\"certificates\"") == std::string::npos) return shown;
  const auto tls = model::parse_tls(fact->second.value);
  if (!tls) {
    database.fail(tls.error().in(model::field::kTls));
    return shown;
  }
  const auto own = text_of(database, record.facts, model::field::kCertificate);
  for (const auto& one : tls->certificates) {
    if (one.sha256 != own) shown.insert(one.sha256);
  }
  return shown;
}

}  // namespace

void write_further_certificates(Database& database, const ServiceRecord& before,
                                const ServiceRecord& after, std::int64_t id) {
  const auto was = shown_beside(database, before), is = shown_beside(database, after);
  for (const auto& sha256 : was) {
    if (is.contains(sha256)) continue;
    database.run(
        "UPDATE certificate_use SET last_seen = ? WHERE service_id = ? AND sha256 = ? AND "
        "last_seen = 0",
        before.last_seen, id, sha256);
  }
  for (const auto& sha256 : is) {
    if (was.contains(sha256)) continue;
    database.run(
        "INSERT INTO certificate_use (service_id, sha256, first_seen, last_seen) VALUES (?, ?, ?, "
        "0) ON CONFLICT DO UPDATE SET last_seen = 0",
        id, sha256, after.last_seen);
  }
}

std::map<std::string, std::vector<std::string>> further_uses(Database& database) {
  std::map<std::string, std::vector<std::string>> uses;
  auto rows = database.ask("SELECT sha256, service_id FROM certificate_use WHERE last_seen = 0");
  while (rows.next()) uses[rows.text(0)].push_back(std::to_string(rows.integer(1)));
  return uses;
}

}  // namespace qingdan::registry
