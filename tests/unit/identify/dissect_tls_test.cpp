#include <fstream>
#include <iterator>

#include "unit/identify/fields.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::identify;
using identify::test::field;

TEST_CASE("a TLS session tells version, cipher and ALPN", "[identify][dissect_tls]") {
  const auto out = dissect("tls.session", as_bytes("TLSv1.3\nTLS_AES_256_GCM_SHA384\nh2\n"));
  REQUIRE(out.tls);
  CHECK(*out.tls == model::TlsStatement{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "h2"});
  CHECK(field(out, "tls.version") == "TLSv1.3");
  CHECK(dissect("tls.session", as_bytes("TLSv1.2")).tls->alpn.empty());
}

TEST_CASE("a summary of a certificate gives its names", "[identify][dissect_tls]") {
  const auto out = dissect(
      "tls.cert",
      as_bytes(
          R"({"subject_cn": "apiserver", "san_dns": ["kubernetes", "kubernetes.default"], "self_signed": false})"));
  CHECK(field(out, "x509.subject") == "CN=apiserver");
  CHECK(field(out, "x509.san") == "kubernetes | kubernetes.default");
  CHECK(field(out, "x509.issuer").empty());
}

TEST_CASE("broken summaries and certificates give nothing", "[identify][dissect_tls]") {
  for (const auto* text : {"{", "{\"subject_cn\"", "{\"subject_cn\":", "{\"san_dns\":[",
                           "{\"san_dns\":[\"a", "0\x82"}) {
    INFO(text);
    CHECK_FALSE(dissect("tls.cert", as_bytes(text)).certificate);
  }
  CHECK(dissect("x509.der", as_bytes("no certificate")).fields.empty());
}

TEST_CASE("a certificate gives its names, its statement and its key", "[identify][dissect_tls]") {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/x509/rsa.der", std::ios::binary);
  REQUIRE(file);
  const Bytes der{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto out = dissect("x509.der", der);
  CHECK(field(out, "x509.subject") == "CN=portal.example,OU=信息中心,O=示例\\, 单位,C=CN");
  CHECK(field(out, "x509.san") == "portal.example | *.portal.example");
  REQUIRE(out.certificate);
  CHECK(out.certificate->self_signed);
  CHECK(out.certificate->key_bits == 2048);
  CHECK(out.certificate->der == der);
  CHECK(out.certificate->spki_sha256.size() == 64);
}

TEST_CASE("an answer to a hello tells choice, suite and extensions in order",
          "[identify][dissect_tls]") {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/tls_wire/tls12_rsa", std::ios::binary);
  REQUIRE(file);
  const Bytes flight{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Bytes raw = to_bytes("TLSv1.2 any heard\n");
  raw.insert(raw.end(), flight.begin(), flight.end());
  const auto out = dissect("tls.answer", raw);
  CHECK(field(out, "tls.accepts") == "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
  CHECK(field(out, "tls.extensions") == "TLSv1.2 65281 11 35 23");
  CHECK(field(out, "x509.subject") == "CN=rsa.example.invalid");
  REQUIRE(out.tls_heard);
  CHECK(out.tls_heard->certificates.size() == 1);
  CHECK_FALSE(out.tls_heard->declined);
}

TEST_CASE("a refused hello tells its alert; hanging up declines, other words do not",
          "[identify][dissect_tls]") {
  const auto refused = dissect(
      "tls.answer", as_bytes(std::string_view("TLCP any heard\n\x15\x03\x01\0\x02\x02\x46", 22)));
  CHECK(field(refused, "tls.refuses") == "TLCP alert 70");
  REQUIRE(refused.tls_heard);
  CHECK(refused.tls_heard->declined);
  CHECK(dissect("tls.answer", as_bytes("TLSv1.0 any closed\n")).tls_heard->declined);
  CHECK_FALSE(dissect("tls.answer", as_bytes("TLSv1.0 any silent\n")).tls_heard->declined);
  CHECK_FALSE(
      dissect("tls.answer", as_bytes("TLSv1.0 any closed\nHTTP/1.1 400")).tls_heard->declined);
  CHECK_FALSE(dissect("tls.answer", as_bytes("nonsense")).tls_heard);
}

TEST_CASE("what comes instead of TLS is shown, and no more of it than a refusal takes",
          "[identify][dissect_tls]") {
  const auto refused =
      dissect("tls.answer",
              as_bytes(std::string_view("TLCP any silent\n\x03\0\0\x09\x02\xf0\x80\x21\x80", 25)));
  CHECK(field(refused, "tls.instead") == "0300000902f0802180");
  const auto page = dissect("tls.answer", as_bytes("TLSv1.2 any closed\n" + std::string(100, 'a')));
  CHECK(field(page, "tls.instead").size() == 64);
  CHECK(field(dissect("tls.answer", as_bytes("TLSv1.0 any silent\n")), "tls.instead").empty());
}

TEST_CASE("a flight over datagrams gives what one over a stream gives", "[identify][dissect_tls]") {
  const auto out = dissect("dtls.reply", qingdan::test::seed("dtls_wire/openssl_dtls12_rsa"));
  CHECK(out.protocol == "dtls");
  CHECK(out.banner == "DTLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  CHECK(field(out, "dtls.kind") == "server-hello");
  CHECK(field(out, "dtls.version") == "1.2");
  CHECK(field(out, "tls.accepts") == "DTLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  CHECK(field(out, "tls.extensions") == "DTLSv1.2 65281 11 23");
  CHECK(field(out, "x509.subject") == "CN=rsa.example.test,O=Example City");
  CHECK(field(out, "x509.san") == "rsa.example.test");
  REQUIRE(out.tls_heard);
  CHECK(out.tls_heard->certificates.size() == 2);
  const auto refused = dissect("dtls.reply", qingdan::test::seed("dtls_wire/alert"));
  CHECK(field(refused, "tls.refuses") == "DTLSv1.2 alert 40");
  CHECK(field(refused, "dtls.alert") == "40");
  // A cookie agrees to nothing.
  const auto cookie = dissect("dtls.reply", qingdan::test::seed("dtls_wire/verify"));
  CHECK(field(cookie, "dtls.kind") == "verify-request");
  CHECK_FALSE(cookie.tls_heard);
}
