// dissect_tls — what a TLS handshake showed: parameters and certificates.
#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/x509.h"

namespace qingdan::identify {
namespace {

// Values of "name" in flat JSON text that others hand us as a summary of a certificate: one string,
// or the strings of one array. Escapes do not occur in DNS names and are left as they are.
std::vector<std::string_view> strings_of(std::string_view json, std::string_view name) {
  std::vector<std::string_view> found;
  const auto key = "\"" + std::string(name) + "\"";
  auto at = json.find(key);
  if (at == std::string_view::npos) return found;
  at = json.find_first_not_of(" :", at + key.size());
  if (at == std::string_view::npos) return found;
  const auto end = json[at] == '[' ? json.find(']', at) : json.find('"', at + 1) + 1;
  const auto value = json.substr(at, end == std::string_view::npos ? end : end - at);
  const auto pieces = split(value, '"');
  for (std::size_t i = 1; i < pieces.size(); i += 2) found.push_back(pieces[i]);
  return found;
}

}  // namespace

void dissect_tls_session(BytesView raw, Dissection& out) {
  const auto lines = split(as_text(raw), '\n');
  const auto line = [&](std::size_t i) {
    return i < lines.size() ? std::string(trim(lines[i])) : "";
  };
  if (line(0).empty()) return;
  out.tls = model::TlsStatement{line(0), line(1), line(2)};
  out.banner = line(0) + " " + line(1);
  out.add_text("tls.version", line(0));
  out.add_text("tls.cipher", line(1));
  out.add_text("tls.alpn", line(2));
}

void dissect_certificate(BytesView raw, Dissection& out) {
  const auto parsed = net::parse_certificate(raw);
  if (!parsed) return;
  model::CertificateStatement statement;
  statement.sha256 = parsed->sha256;
  statement.subject = parsed->subject.text;
  statement.issuer = parsed->issuer.text;
  statement.san = parsed->san_dns;
  statement.san.insert(statement.san.end(), parsed->san_ip.begin(), parsed->san_ip.end());
  statement.key_algorithm = parsed->key_algorithm;
  statement.key_bits = parsed->key_bits;
  statement.signature_algorithm = parsed->signature_algorithm;
  statement.serial = parsed->serial;
  statement.spki_sha256 = parsed->spki_sha256;
  statement.not_before = parsed->not_before;
  statement.not_after = parsed->not_after;
  statement.self_signed = parsed->self_signed;
  statement.der = to_bytes(as_text(raw));
  out.banner = statement.subject;
  out.add_text("x509.subject", statement.subject);
  out.add_text("x509.issuer", statement.issuer);
  for (const auto& name : parsed->san_dns) out.add_text("x509.san", name);
  out.certificate = std::move(statement);
}

void dissect_certificate_text(BytesView raw, Dissection& out) {
  const auto text = trim(as_text(raw));
  if (!text.starts_with('{')) return dissect_certificate(raw, out);
  for (const auto name : strings_of(text, "subject_cn"))
    out.add_text("x509.subject", "CN=" + std::string(name));
  for (const auto name : strings_of(text, "issuer_cn"))
    out.add_text("x509.issuer", "CN=" + std::string(name));
  for (const auto name : strings_of(text, "san_dns")) out.add_text("x509.san", name);
}

}  // namespace qingdan::identify
