// tls_facts — see the header.
#include "identify/tls_facts.h"

#include <algorithm>
#include <array>
#include <set>

#include "qingdan/net/tls_wire.h"

namespace qingdan::identify {
namespace {

using net::TlsVersion;
using Versions = std::set<TlsVersion>;

constexpr std::array kByAge{TlsVersion::tls10, TlsVersion::tls11, TlsVersion::tls12,
                            TlsVersion::tls13};
constexpr std::array kDatagramsByAge{TlsVersion::dtls10, TlsVersion::dtls12, TlsVersion::dtls13};

bool over_datagrams(TlsVersion version) { return version >= TlsVersion::dtls10; }

std::span<const TlsVersion> kin_of(TlsVersion version) {
  if (over_datagrams(version)) return kDatagramsByAge;
  return kByAge;
}

// OpenSSL calls 1.0 "TLSv1".
std::optional<TlsVersion> version_of(const std::string& text) {
  return net::parse_tls_version(text == "TLSv1" ? "TLSv1.0" : text);
}

// A client that offers `most` and less, and is answered with `chosen`, was refused what lies
// between.
void note_chosen(TlsVersion most, TlsVersion chosen, Versions& accepts, Versions& refuses) {
  accepts.insert(chosen);
  for (const auto version : kin_of(most)) {
    if (version <= most && version > chosen) refuses.insert(version);
  }
}

void note_hello(const TlsHeard& heard, Versions& accepts, Versions& refuses) {
  const bool alone = heard.asked == TlsVersion::tlcp || heard.asked == TlsVersion::tls13;
  if (heard.chosen) {
    if (alone) {
      // What it chose that was not offered is no answer.
      if (*heard.chosen == heard.asked) accepts.insert(heard.asked);
    } else if (*heard.chosen <= heard.asked && *heard.chosen != TlsVersion::tlcp &&
               over_datagrams(*heard.chosen) == over_datagrams(heard.asked)) {
      note_chosen(heard.asked, *heard.chosen, accepts, refuses);
    }
    return;
  }
  // One kind of key may be what it declined.
  if (!heard.declined || heard.keys != net::TlsKeys::any) return;
  refuses.insert(heard.asked);
  if (alone || heard.alert != net::kTlsProtocolVersion) return;
  for (const auto version : kin_of(heard.asked)) {
    if (version < heard.asked) refuses.insert(version);
  }
}

std::vector<std::string> names_of(const Versions& versions) {
  constexpr std::array kAll{TlsVersion::tls10,  TlsVersion::tls11, TlsVersion::tls12,
                            TlsVersion::tls13,  TlsVersion::tlcp,  TlsVersion::dtls10,
                            TlsVersion::dtls12, TlsVersion::dtls13};
  std::vector<std::string> names;
  for (const auto version : kAll) {
    if (versions.contains(version)) names.emplace_back(net::to_string(version));
  }
  return names;
}

class Collector {
 public:
  void add(const Dissection& from) {
    if (from.certificate && leaf_.empty()) {
      leaf_ = from.certificate->sha256;
      seen_.insert(leaf_);
      keys_.insert(from.certificate->key_algorithm);
    }
    if (from.tls) add(*from.tls);
    if (from.tls_heard) add(*from.tls_heard);
  }

  TlsFacts finish() && {
    for (const auto version : accepts_) refuses_.erase(version);
    const bool said = !accepts_.empty() || !refuses_.empty() || !further_.empty();
    if (!out_.statement && !said) return std::move(out_);
    if (!out_.statement) out_.statement.emplace();
    auto& tls = *out_.statement;
    tls.accepts = names_of(accepts_);
    tls.refuses = names_of(refuses_);
    tls.keys.assign(keys_.begin(), keys_.end());
    tls.certificates = std::move(further_);
    if (!version_of(tls.version) && !tls.accepts.empty()) tls.version = tls.accepts.back();
    // As a session that was refused over a stream is called TLS.
    if (tls.version.empty() && datagrams_) tls.version = "DTLS";
    if (tls.cipher.empty()) tls.cipher = cipher_;
    if (!alpn_.empty()) tls.alpn = alpn_;
    return std::move(out_);
  }

 private:
  // A session that came about says more than one that was refused, as HTTP/1.1 is by who speaks
  // HTTP/2 alone.
  void add(const model::TlsStatement& session) {
    const auto version = version_of(session.version);
    const bool better = version && out_.statement && !version_of(out_.statement->version);
    if (!out_.statement || better) out_.statement = session;
    if (version) note_chosen(TlsVersion::tls13, *version, accepts_, refuses_);
  }
  void add(const TlsHeard& heard) {
    note_hello(heard, accepts_, refuses_);
    datagrams_ = datagrams_ || over_datagrams(heard.asked);
    if (heard.chosen && cipher_.empty()) cipher_ = heard.cipher;
    // An ordinary handshake offers http/1.1 alone, as that is what we speak.
    if (!heard.alpn.empty()) alpn_ = heard.alpn;
    for (const auto& shown : heard.certificates) {
      const auto& certificate = shown.statement;
      const bool leaf = shown.leaf;
      if (leaf) keys_.insert(certificate.key_algorithm);
      if (!seen_.insert(certificate.sha256).second) continue;
      if (leaf && leaf_.empty()) {
        // The service's own, unless an ordinary handshake showed one.
        leaf_ = certificate.sha256;
      } else if (leaf) {
        further_.push_back({certificate.sha256, certificate.key_algorithm, shown.use});
      }
      out_.certificates.push_back(certificate);
    }
  }

  TlsFacts out_;
  Versions accepts_, refuses_;
  std::set<std::string> keys_, seen_;
  std::string leaf_, cipher_, alpn_;
  bool datagrams_ = false;
  std::vector<model::TlsCertificate> further_;
};

}  // namespace

TlsFacts combine_tls(std::span<const Dissection* const> dissections) {
  Collector collector;
  for (const auto* dissection : dissections) collector.add(*dissection);
  return std::move(collector).finish();
}

void keep_surveyed(std::span<const Dissection* const> dissections, model::TlsStatement& statement) {
  const auto asked = [](const Dissection* from) { return from->tls_heard.has_value(); };
  if (std::any_of(dissections.begin(), dissections.end(), asked)) return;
  statement.accepts.clear();
  statement.refuses.clear();
  statement.keys.clear();
}

}  // namespace qingdan::identify
