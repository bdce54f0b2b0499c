// tls_facts — what several hellos say together.
#include "identify/tls_facts.h"

#include <catch2/catch.hpp>

#include "unit/identify/fields.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::identify;
using net::TlsEnd;
using net::TlsKeys;
using net::TlsVersion;

namespace {

using Names = std::vector<std::string>;

Bytes seed(const std::string& name) { return qingdan::test::seed("tls_wire/" + name); }

Dissection session(std::string_view text) { return dissect("tls.session", as_bytes(text)); }

Dissection answer(TlsVersion asked, BytesView stream, TlsKeys keys = TlsKeys::any,
                  TlsEnd end = TlsEnd::heard) {
  return dissect("tls.answer", net::write_tls_record({asked, keys, end, stream}));
}

TlsFacts together(const std::vector<Dissection>& all) {
  std::vector<const Dissection*> views;
  for (const auto& one : all) views.push_back(&one);
  return combine_tls(views);
}

const Bytes kTooOld{21, 3, 2, 0, 2, 2, 70}, kNoSuite{21, 3, 2, 0, 2, 2, 40};

}  // namespace

TEST_CASE("a server of today: 1.3, 1.2, nothing below, no TLCP", "[identify][tls_facts]") {
  const auto facts =
      together({session("TLSv1.3\nTLS_AES_256_GCM_SHA384\nhttp/1.1\n"),
                answer(TlsVersion::tls12, seed("tls12_rsa")), answer(TlsVersion::tls11, kTooOld),
                answer(TlsVersion::tlcp, kTooOld)});
  REQUIRE(facts.statement);
  CHECK(facts.statement->version == "TLSv1.3");
  CHECK(facts.statement->alpn == "http/1.1");
  CHECK(facts.statement->accepts == Names{"TLSv1.2", "TLSv1.3"});
  CHECK(facts.statement->refuses == Names{"TLSv1.0", "TLSv1.1", "TLCP"});
  CHECK(facts.statement->keys == Names{"RSA"});
  // The leaf of the hello is the service's own where no handshake showed one.
  CHECK(facts.statement->certificates.empty());
  CHECK(facts.certificates.size() == 1);
}

TEST_CASE("X1: choosing lower refuses what lies between; silence says nothing",
          "[identify][tls_facts]") {
  const auto facts = together(
      {session("TLSv1.2\nX\n\n"), answer(TlsVersion::tls11, {}, TlsKeys::any, TlsEnd::silent)});
  CHECK(facts.statement->accepts == Names{"TLSv1.2"});
  CHECK(facts.statement->refuses == Names{"TLSv1.3"});
  const auto old = together({session("TLSv1\nX\n\n")});
  CHECK(old.statement->accepts == Names{"TLSv1.0"});
  CHECK(old.statement->refuses == Names{"TLSv1.1", "TLSv1.2", "TLSv1.3"});
}

TEST_CASE("another alert and hanging up refuse one version, one kind of key refuses none",
          "[identify][tls_facts]") {
  const auto facts = together({session("TLSv1.2\nX\n\n"), answer(TlsVersion::tls11, kNoSuite),
                               answer(TlsVersion::tls12, kNoSuite, TlsKeys::ecc)});
  CHECK(facts.statement->refuses == Names{"TLSv1.1", "TLSv1.3"});
  const auto hung_up = together(
      {session("TLSv1.2\nX\n\n"), answer(TlsVersion::tls10, {}, TlsKeys::any, TlsEnd::closed)});
  CHECK(hung_up.statement->refuses == Names{"TLSv1.0", "TLSv1.3"});
}

TEST_CASE("TLCP alone: its version, suite and both certificates", "[identify][tls_facts]") {
  const auto facts = together(
      {session("TLS\n\n\nalert: protocol version\n"), answer(TlsVersion::tlcp, seed("tlcp"))});
  REQUIRE(facts.statement);
  CHECK(facts.statement->version == "TLCP");
  CHECK(facts.statement->cipher == "ECC_SM4_CBC_SM3");
  CHECK(facts.statement->accepts == Names{"TLCP"});
  CHECK(facts.statement->keys == Names{"SM2"});
  REQUIRE(facts.certificates.size() == 2);
  CHECK(facts.certificates[0].key_algorithm == "SM2");
  REQUIRE(facts.statement->certificates.size() == 1);
  CHECK(facts.statement->certificates[0] ==
        model::TlsCertificate{facts.certificates[1].sha256, "SM2", "encrypt"});
}

TEST_CASE("TLCP beside TLS: three certificates, all named", "[identify][tls_facts]") {
  const auto rsa = net::parse_tls_answer(seed("tls12_rsa"))->certificates.front();
  const auto facts = together({session("TLSv1.2\nX\n\n"), dissect("x509.der", rsa),
                               answer(TlsVersion::tlcp, seed("tlcp")),
                               answer(TlsVersion::tls12, seed("tls12_rsa"), TlsKeys::rsa)});
  CHECK(facts.statement->version == "TLSv1.2");
  CHECK(facts.statement->accepts == Names{"TLSv1.2", "TLCP"});
  CHECK(facts.statement->keys == Names{"RSA", "SM2"});
  REQUIRE(facts.statement->certificates.size() == 2);
  CHECK(facts.statement->certificates[0].use == "sign");
  CHECK(facts.statement->certificates[1].use == "encrypt");
  CHECK(facts.certificates.size() == 2);  // the RSA one was known
}

TEST_CASE("HTTP/2 is known by what a hello that offers it is answered", "[identify][tls_facts]") {
  // A ServerHello of 1.2 with ALPN "h2" (RFC 7301 §3.1).
  ByteWriter body;
  body.u16be(0x0303).fill(32).u8(0).u16be(0xC02F).u8(0);
  body.u16be(9).u16be(16).u16be(5).u16be(3).u8(2).text("h2");
  ByteWriter record;
  record.u8(22).u16be(0x0303).u16be(static_cast<std::uint16_t>(body.size() + 4));
  record.u8(2).u24be(static_cast<std::uint32_t>(body.size())).bytes(body.view());
  const auto facts =
      together({session("TLSv1.3\nX\nhttp/1.1\n"), answer(TlsVersion::tls12, record.view())});
  CHECK(facts.statement->alpn == "h2");
}

TEST_CASE("a session that came about says more than one that was refused",
          "[identify][tls_facts]") {
  const auto refused = session("TLS\n\n\nalert: no application protocol\n");
  const auto agreed = session("TLSv1.3\nTLS_AES_256_GCM_SHA384\nh2\n");
  for (const auto& both : {std::vector{refused, agreed}, std::vector{agreed, refused}}) {
    auto all = both;
    all.push_back(answer(TlsVersion::tls12, seed("tls12_rsa")));
    const auto facts = together(all);
    REQUIRE(facts.statement);
    CHECK(facts.statement->version == "TLSv1.3");
    CHECK(facts.statement->cipher == "TLS_AES_256_GCM_SHA384");
    CHECK(facts.statement->alpn == "h2");
    CHECK(facts.statement->accepts == Names{"TLSv1.2", "TLSv1.3"});
  }
}

TEST_CASE("over datagrams: the versions of DTLS, and the certificate", "[identify][tls_facts]") {
  const auto facts =
      together({dissect("dtls.reply", qingdan::test::seed("dtls_wire/openssl_dtls10"))});
  REQUIRE(facts.statement);
  CHECK(facts.statement->version == "DTLSv1.0");
  CHECK(facts.statement->cipher == "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
  CHECK(facts.statement->accepts == Names{"DTLSv1.0"});
  CHECK(facts.statement->refuses == Names{"DTLSv1.2"});
  CHECK(facts.statement->keys == Names{"RSA"});
  REQUIRE(facts.certificates.size() == 1);
  const auto too_old =
      dissect("dtls.reply", Bytes{21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 70});
  const auto refused = together({too_old});
  REQUIRE(refused.statement);
  CHECK(refused.statement->version == "DTLS");
  CHECK(refused.statement->accepts.empty());
  CHECK(refused.statement->refuses == Names{"DTLSv1.0", "DTLSv1.2"});
  CHECK_FALSE(together({dissect("dtls.reply", qingdan::test::seed("dtls_wire/verify"))}).statement);
}

TEST_CASE("nothing of TLS, no statement", "[identify][tls_facts]") {
  CHECK_FALSE(together({dissect("ssh.banner", as_bytes("SSH-2.0-x"))}).statement);
  CHECK_FALSE(together({}).statement);
}
