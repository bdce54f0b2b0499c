// lines — see lines.h. A pure function of the facts; `register verify` holds the columns against
// it.
#include "registry/lines.h"

#include "qingdan/model/json.h"

namespace qingdan::registry {
namespace {

const model::Fact* find(const model::Facts& facts, std::string_view field) {
  const auto found = facts.find(std::string(field));
  return found == facts.end() ? nullptr : &found->second;
}

}  // namespace

std::string text_of(Database& database, const model::Facts& facts, std::string_view field) {
  const auto* fact = find(facts, field);
  if (fact == nullptr) return {};
  // Nearly all texts are spelled as they are.
  const std::string_view json = fact->value;
  const bool quoted = json.size() >= 2 && json.front() == '"' && json.back() == '"';
  if (quoted && json.find('\\') == std::string_view::npos && json.find('"', 1) == json.size() - 1) {
    return std::string(json.substr(1, json.size() - 2));
  }
  auto parsed = model::parse_text(fact->value);
  if (parsed) return std::move(*parsed);
  database.fail(parsed.error().in(field));
  return {};
}

std::int64_t Lines::product_id(const std::string& statement) {
  if (const auto known = products_.find(statement); known != products_.end()) return known->second;
  auto id = database_.number("SELECT id FROM product WHERE statement = ?", statement);
  if (id == 0) {
    const auto parsed = model::parse_product(statement);
    if (!parsed) {
      database_.fail(parsed.error().in(model::field::kProduct));
      return 0;
    }
    database_.run(
        "INSERT INTO product (statement, vendor, vendor_zh, product, product_zh, version, cpe) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        statement, parsed->vendor, parsed->vendor_zh, parsed->product, parsed->product_zh,
        parsed->version, parsed->cpe);
    id = database_.last_id();
  }
  products_.emplace(statement, id);
  return id;
}

ServiceLine Lines::of_service(const model::Facts& facts) {
  ServiceLine line;
  line.protocol = text_of(database_, facts, model::field::kProtocol);
  line.certificate = text_of(database_, facts, model::field::kCertificate);
  if (const auto* fact = find(facts, model::field::kProtocol)) {
    line.confidence = fact->confidence;
    line.rule = fact->rule;
  }
  if (const auto* fact = find(facts, model::field::kProduct)) {
    line.product_id = product_id(fact->value);
    line.confidence = fact->confidence;
    line.rule = fact->rule;
  }
  if (const auto* fact = find(facts, model::field::kAlso)) line.also = fact->value;
  if (const auto* fact = find(facts, model::field::kTls)) {
    const auto tls = model::parse_tls(fact->value);
    if (!tls) database_.fail(tls.error().in(model::field::kTls));
    if (tls) line.tls = tls->version;
  }
  if (const auto* fact = find(facts, model::field::kWebsite)) {
    const auto website = model::parse_website(fact->value);
    if (!website) database_.fail(website.error().in(model::field::kWebsite));
    if (website) line.title = website->title;
  }
  return line;
}

AssetLine Lines::of_asset(const model::Facts& facts) {
  AssetLine line;
  line.name = text_of(database_, facts, model::field::kName);
  line.host = text_of(database_, facts, model::field::kHostName);
  line.device_class = text_of(database_, facts, model::field::kDeviceClass);
  line.unit = text_of(database_, facts, model::field::kUnit);
  line.system = text_of(database_, facts, model::field::kSystem);
  line.registration = text_of(database_, facts, model::field::kRegistration);
  line.lifecycle = text_of(database_, facts, model::field::kLifecycle);
  if (const auto* fact = find(facts, model::field::kOs)) {
    const auto os = model::parse_product(fact->value);
    if (!os) database_.fail(os.error().in(model::field::kOs));
    if (os) line.os = os->version.empty() ? os->product : os->product + " " + os->version;
  }
  return line;
}

}  // namespace qingdan::registry
