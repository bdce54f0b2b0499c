// json — statements, records and runs; json_identify.cpp has the lines of `rules identify`.
#include "qingdan/model/json.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "model/json_visit.h"

namespace qingdan::model {

// Member lists. Found by argument-dependent lookup from json_visit.
template <class V>
void visit(V& v, ProductStatement& s) {
  v("id", s.id), v("vendor", s.vendor), v("vendor_zh", s.vendor_zh), v("product", s.product);
  v("product_zh", s.product_zh), v("version", s.version), v("package", s.package),
      v("model", s.model);
  v("cpe", s.cpe), v("category", s.category), v("xinchuang", s.xinchuang), v("role", s.role);
  v("precision", s.precision), v("confidence", s.confidence), v("rule", s.rule);
}

template <class V>
void visit(V& v, TlsCertificate& c) {
  v("sha256", c.sha256), v("key", c.key), v("use", c.use);
}

template <class V>
void visit(V& v, TlsStatement& s) {
  v("version", s.version), v("cipher", s.cipher), v("alpn", s.alpn), v("accepts", s.accepts);
  v("refuses", s.refuses), v("keys", s.keys), v("certificates", s.certificates);
}

template <class V>
void visit(V& v, WebsiteStatement& s) {
  v("url", s.url), v("status", s.status), v("title", s.title), v("server", s.server);
  v("location", s.location), v("favicon_mmh3", s.favicon_mmh3), v("favicon_md5", s.favicon_md5);
  v("icp", s.icp), v("police", s.police), v("login", s.login), v("applications", s.applications);
}

template <class V>
void visit(V& v, CertificateStatement& s) {
  v("sha256", s.sha256), v("subject", s.subject), v("issuer", s.issuer), v("san", s.san);
  v("key_algorithm", s.key_algorithm), v("key_bits", s.key_bits);
  v("signature_algorithm", s.signature_algorithm), v("serial", s.serial);
  v("spki_sha256", s.spki_sha256), v("not_before", s.not_before), v("not_after", s.not_after);
  v("self_signed", s.self_signed), v("der", s.der);
}

template <class V, class Tag>
void visit(V& v, Id<Tag>& id) {
  v("id", id.value);
}

template <class V>
void visit(V& v, Claim& c) {
  v("field", c.field), v("value", c.value), v("source", c.source), v("confidence", c.confidence);
  v("rule", c.rule), v("rule_release", c.rule_release), v("evidence", c.evidence),
      v("run", c.run.value);
  v("asserted_at", c.asserted_at), v("valid_until", c.valid_until), v("actor", c.actor);
  v("reason", c.reason), v("basis_value", c.basis_value);
  v("unconfirmed", c.unconfirmed);
}

template <class V>
void visit(V& v, Fact& f) {
  v("value", f.value), v("state", f.state), v("source", f.source), v("confidence", f.confidence);
  v("rule", f.rule), v("rule_release", f.rule_release), v("evidence", f.evidence),
      v("run", f.run.value);
  v("other", f.other);
}

template <class V>
void visit(V& v, Identifier& i) {
  v("type", i.type), v("value", i.value);
}

template <class V>
void visit(V& v, Endpoint& e) {
  v("zone", e.zone), v("ip", e.ip), v("transport", e.transport), v("port", e.port);
}

template <class V>
void visit(V& v, ServiceRecord& s) {
  v("id", s.id.value), v("at", s.at), v("vhost", s.vhost), v("state", s.state),
      v("verdict", s.verdict);
  v("misses", s.misses), v("first_missed", s.first_missed), v("first_seen", s.first_seen);
  v("last_seen", s.last_seen), v("claims", s.claims), v("facts", s.facts);
}

template <class V>
void visit(V& v, Binding& b) {
  v("zone", b.zone), v("ip", b.ip), v("from", b.from), v("until", b.until);
}

template <class V>
void visit(V& v, AssetRecord& a) {
  v("id", a.id.value), v("number", a.number), v("presence", a.presence), v("misses", a.misses);
  v("first_missed", a.first_missed), v("first_seen", a.first_seen), v("last_seen", a.last_seen);
  v("last_covered", a.last_covered), v("identity_rule", a.identity_rule), v("bindings", a.bindings);
  v("identifiers", a.identifiers), v("claims", a.claims), v("facts", a.facts),
      v("services", a.services);
}

template <class V>
void visit(V& v, Change& c) {
  v("seq", c.seq), v("time", c.time), v("run", c.run.value), v("type", c.type),
      v("object", c.object);
  v("asset", c.asset.value), v("asset_number", c.asset_number), v("zone", c.zone), v("ip", c.ip);
  v("port", c.port), v("field", c.field), v("before", c.before), v("after", c.after);
  v("cause", c.cause), v("evidence", c.evidence);
}

template <class V>
void visit(V& v, Run& r) {
  v("id", r.id.value), v("kind", r.kind), v("state", r.state), v("started", r.started),
      v("ended", r.ended);
  v("vantage", r.vantage), v("scope_hash", r.scope_hash), v("authorisation", r.authorisation);
  v("issued_by", r.issued_by), v("method", r.method), v("ports", r.ports);
  v("rule_release", r.rule_release), v("program_version", r.program_version),
      v("failure", r.failure);
}

template <class V>
void visit(V& v, RunCounts& c) {
  v("addresses", c.addresses), v("planned", c.planned), v("sent", c.sent), v("retried", c.retried);
  v("answered", c.answered), v("open", c.open), v("conversations", c.conversations);
  v("not_probed", c.not_probed), v("names_left_out", c.names_left_out);
}

template <class V>
void visit(V& v, Exclusion& e) {
  v("what", e.what), v("reason", e.reason), v("owner", e.owner), v("until", e.until);
}

namespace {
using json_visit::Json;
using json_visit::text_of;
using json_visit::value_from;
}  // namespace

std::string to_json(std::string_view text) { return text_of(std::string(text)); }
std::string to_json(const std::vector<std::string>& texts) { return text_of(texts); }
std::string to_json(const ProductStatement& statement) { return text_of(statement); }
std::string to_json(const std::vector<ProductStatement>& statements) { return text_of(statements); }
std::string to_json(const TlsStatement& statement) { return text_of(statement); }
std::string to_json(const WebsiteStatement& statement) { return text_of(statement); }
std::string to_json(const CertificateStatement& statement) { return text_of(statement); }
std::string to_json(const Change& change) { return text_of(change); }
std::string to_json(const AssetRecord& asset) { return text_of(asset); }
std::string to_json(const Run& run) { return text_of(run); }
std::string to_json(const RunCounts& counts) { return text_of(counts); }
std::string to_json(const std::vector<Exclusion>& exclusions) { return text_of(exclusions); }

// Written member by member: a sweep prints hundreds of thousands of these, of words that need no
// escaping. Round trips to a thousandth of a millisecond, as in every other row.
std::string to_json(const PortResult& result) {
  std::string line = fmt::format(R"({{"ip":"{}","port":{},"transport":"{}","verdict":"{}","rtt_ms":)",
                                 result.at.ip.to_string(), result.at.port,
                                 net::to_string(result.at.transport), to_string(result.verdict));
  if (result.rtt_ms < 0) return line + "null}";
  fmt::format_to(std::back_inserter(line), "{}}}", std::round(result.rtt_ms * 1000) / 1000);
  return line;
}

Result<std::string> parse_text(std::string_view json) {
  return value_from<std::string>(json, "a text");
}
Result<std::vector<std::string>> parse_texts(std::string_view json) {
  return value_from<std::vector<std::string>>(json, "a list of texts");
}
Result<ProductStatement> parse_product(std::string_view json) {
  return value_from<ProductStatement>(json, "a product statement");
}
Result<std::vector<ProductStatement>> parse_products(std::string_view json) {
  return value_from<std::vector<ProductStatement>>(json, "a list of product statements");
}
Result<TlsStatement> parse_tls(std::string_view json) {
  return value_from<TlsStatement>(json, "a TLS statement");
}
Result<WebsiteStatement> parse_website(std::string_view json) {
  return value_from<WebsiteStatement>(json, "a website statement");
}
Result<CertificateStatement> parse_certificate_statement(std::string_view json) {
  return value_from<CertificateStatement>(json, "a certificate statement");
}
Result<Change> parse_change(std::string_view json) { return value_from<Change>(json, "a change"); }
Result<AssetRecord> parse_asset(std::string_view json) {
  return value_from<AssetRecord>(json, "an asset");
}
Result<Run> parse_run(std::string_view json) { return value_from<Run>(json, "a run"); }
Result<RunCounts> parse_run_counts(std::string_view json) {
  return value_from<RunCounts>(json, "the counts of a run");
}
Result<std::vector<Exclusion>> parse_exclusions(std::string_view json) {
  return value_from<std::vector<Exclusion>>(json, "a list of exclusions");
}

namespace {

// %.3f keeps jsonl lines short; three digits of a millisecond are below what a scan can tell.
Json rounded(double value) { return std::round(value * 1000.0) / 1000.0; }

std::string cell_text(const Cell& cell) {
  if (const auto* raw = std::get_if<RawJson>(&cell)) return raw->text;
  if (const auto* text = std::get_if<std::string>(&cell)) return text_of(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return Json(*whole).dump();
  if (const auto* real = std::get_if<double>(&cell)) return rounded(*real).dump();
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "true" : "false";
  return "null";
}

}  // namespace

std::string to_json_object(const std::vector<std::pair<std::string, Cell>>& members) {
  std::string out = "{";
  for (const auto& [name, cell] : members) {
    if (out.size() > 1) out += ',';
    out += text_of(name);
    out += ':';
    out += cell_text(cell);
  }
  return out + '}';
}

}  // namespace qingdan::model
