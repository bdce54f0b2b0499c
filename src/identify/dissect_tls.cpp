// dissect_tls — what a TLS handshake showed: parameters and certificates.
#include <algorithm>

#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/x509.h"

namespace qingdan::identify {
namespace {

// Bytes: a refusal in the server's own protocol is short.
constexpr std::size_t kInsteadMost = 32;

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

namespace {

model::CertificateStatement statement_of(const net::Certificate& certificate, BytesView der) {
  const auto* parsed = &certificate;
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
  statement.der.assign(der.begin(), der.end());
  return statement;
}

void add_names(const net::Certificate& certificate, Dissection& out) {
  out.add_text("x509.subject", certificate.subject.text);
  out.add_text("x509.issuer", certificate.issuer.text);
  for (const auto& name : certificate.san_dns) out.add_text("x509.san", name);
}

// "TLSv1.1 TLS_RSA_WITH_AES_128_CBC_SHA", "TLSv1.1 alert 70".
void add_choice(const net::TlsRecordOfAnswer& record, const net::TlsAnswer& answer,
                Dissection& out) {
  const auto chosen = net::tls_version_of(answer.version);
  if (chosen) {
    const auto name = std::string(net::to_string(*chosen));
    out.add_text("tls.accepts", name + " " + net::tls_suite_name(answer.cipher));
    std::string order;
    for (const auto type : answer.extensions) order += " " + std::to_string(type);
    if (!order.empty()) out.add_text("tls.extensions", name + order);
  } else if (answer.alert) {
    out.add_text("tls.refuses", std::string(net::to_string(record.asked)) + " alert " +
                                    std::to_string(*answer.alert));
  }
}

}  // namespace

void add_answer(const net::TlsRecordOfAnswer& record, const net::TlsAnswer& answer,
                Dissection& out) {
  auto& heard = out.tls_heard.emplace();
  heard.asked = record.asked;
  heard.keys = record.keys;
  heard.chosen = net::tls_version_of(answer.version);
  if (heard.chosen) heard.cipher = net::tls_suite_name(answer.cipher);
  heard.alpn = answer.alpn;
  out.add_text("tls.alpn", answer.alpn);
  if (answer.alert) heard.alert = *answer.alert;
  heard.declined = answer.version == 0 && (answer.alert || record.end == net::TlsEnd::closed);
  add_choice(record, answer, out);
  const bool pair = heard.chosen == net::TlsVersion::tlcp;
  for (std::size_t i = 0; i < answer.certificates.size(); ++i) {
    const auto& der = answer.certificates[i];
    const auto parsed = net::parse_certificate(der);
    if (!parsed) continue;
    // GB/T 38636-2020 §6.4.5.4: the one for signing, then the one for encrypting.
    const bool second = pair && i == 1 && !parsed->is_ca;
    TlsHeard::Shown shown{statement_of(*parsed, der), i == 0 || second, ""};
    if (pair && shown.leaf) shown.use = second ? "encrypt" : "sign";
    if (shown.leaf) add_names(*parsed, out);
    heard.certificates.push_back(std::move(shown));
  }
}

void dissect_tls_answer(BytesView raw, Dissection& out) {
  const auto record = net::read_tls_record(raw);
  if (!record) return;
  const auto answer = net::parse_tls_answer(record->stream);
  if (answer) return add_answer(*record, *answer, out);
  auto& heard = out.tls_heard.emplace();
  heard.asked = record->asked;
  heard.keys = record->keys;
  heard.declined = record->end == net::TlsEnd::closed && record->stream.empty();
  const auto shown = record->stream.first(std::min(record->stream.size(), kInsteadMost));
  if (!shown.empty()) out.add_text("tls.instead", to_hex(shown));
}

void dissect_certificate(BytesView raw, Dissection& out) {
  const auto parsed = net::parse_certificate(raw);
  if (!parsed) return;
  out.certificate = statement_of(*parsed, raw);
  out.banner = out.certificate->subject;
  add_names(*parsed, out);
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
