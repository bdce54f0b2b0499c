// further_certificates — through the store, as readers see them.
#include "registry/further_certificates.h"

#include <algorithm>

#include "fixture.h"
#include "qingdan/registry/query.h"
#include "qingdan/registry/seal.h"
#include "qingdan/registry/store.h"

namespace qingdan::registry {
namespace {
using namespace test;

// The first service of the first asset shows this certificate at `time`.
void show_certificate(Filled& filled, char letter, std::int64_t time) {
  const auto run = take(filled.store.begin_run(sample_run()));
  done(filled.store.record(run, sample_coverage()));
  model::Finding finding;
  finding.at = at("192.0.2.7", 22);
  model::CertificateStatement certificate;
  certificate.sha256 = std::string(64, letter);
  certificate.der = {0x30};
  finding.certificates = {certificate};
  done(filled.store.add(run, std::vector{finding}));
  const auto before = take(filled.store.load_world());
  auto after = before;
  auto& service = after.assets[0].services[0];
  service.last_seen = {time};
  const auto said = claim(model::field::kCertificate, model::to_json(certificate.sha256), run);
  std::erase_if(service.claims,
                [](const auto& c) { return c.field == model::field::kCertificate; });
  service.claims.insert(service.claims.begin(), said);
  service.facts[said.field] = fact_of(said);
  take(filled.store.apply(before, {after, {}}, run));
}

TEST_CASE("a certificate shown beside the service's own is listed until it is gone",
          "[registry][store]") {
  Filled filled;
  const std::int64_t day = 1'780'100'000'000;
  show_certificate(filled, 'a', day);
  // Known, but no longer anybody's own.
  show_certificate(filled, 'b', day + 1);
  show_certificate(filled, 'a', day + 2);
  const auto beside = [&](std::vector<model::TlsCertificate> certificates, std::int64_t time) {
    const auto run = take(filled.store.begin_run(sample_run()));
    done(filled.store.record(run, sample_coverage()));
    const auto before = take(filled.store.load_world());
    auto after = before;
    auto& service = after.assets[0].services[0];
    service.last_seen = {time};
    model::TlsStatement tls{"TLSv1.2", "", ""};
    tls.certificates = std::move(certificates);
    const auto said = claim(model::field::kTls, model::to_json(tls), run);
    std::erase_if(service.claims, [](const auto& c) { return c.field == model::field::kTls; });
    service.claims.push_back(said);
    service.facts[said.field] = fact_of(said);
    std::sort(service.claims.begin(), service.claims.end(),
              [](const auto& x, const auto& y) { return x.field < y.field; });
    take(filled.store.apply(before, {after, {}}, run));
  };
  const auto shown = [&] {
    std::string digests;
    done(take(Query::open(filled.path)).certificates([&](const CertificateRow& row) {
      digests += row.certificate.sha256.front();
      CHECK(row.used_at.size() == 1);
      return true;
    }));
    return digests;
  };
  const auto ended = [&] {
    return filled.store.database().number("SELECT last_seen FROM certificate_use WHERE sha256 = ?",
                                          std::string(64, 'b'));
  };
  CHECK(shown() == "a");
  beside({{std::string(64, 'b'), "SM2", "encrypt"}}, day + 3);
  CHECK(shown() == "ab");
  CHECK(ended() == 0);
  take(seal(filled.store, {day + 3}, "test"));
  CHECK(filled.store.database().number("SELECT count(*) FROM snapshot_certificate") == 2);
  beside({}, day + 5);
  CHECK(shown() == "a");
  CHECK(ended() == day + 3);
}

}  // namespace
}  // namespace qingdan::registry
