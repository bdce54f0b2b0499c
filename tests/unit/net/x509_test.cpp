// x509 — certificates of our own making, read from the fuzzing seeds.
#include "qingdan/net/x509.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {
Bytes seed(const std::string& name) {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/x509/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
Certificate certificate(const Bytes& der) {
  const auto parsed = parse_certificate(der);
  REQUIRE(parsed);
  return *parsed;
}
// Puts other bytes of the same length into a name; the signature is nobody's concern here.
Bytes with_name(Bytes der, std::string_view name, std::string_view other) {
  REQUIRE(name.size() == other.size());
  auto at = std::search(der.begin(), der.end(), name.begin(), name.end());
  REQUIRE(at != der.end());
  for (; at != der.end(); at = std::search(at, der.end(), name.begin(), name.end())) {
    std::copy(other.begin(), other.end(), at);
  }
  return der;
}
}  // namespace

TEST_CASE("names are spelled as RFC 4514 says, Chinese as Chinese", "[net][x509]") {
  const auto seen = certificate(seed("rsa.der"));
  CHECK(seen.subject.text == "CN=portal.example,OU=信息中心,O=示例\\, 单位,C=CN");
  CHECK(seen.issuer.text == seen.subject.text);
  CHECK(seen.subject.find_value("O") == "示例, 单位");
  CHECK(seen.subject.find_value("CN") == "portal.example");
  CHECK(seen.subject.find_value("L").empty());
  CHECK(seen.self_signed);
}

TEST_CASE("what a certificate holds is read", "[net][x509]") {
  const auto der = seed("rsa.der");
  const auto seen = certificate(der);
  CHECK(seen.san_dns == std::vector<std::string>{"portal.example", "*.portal.example"});
  CHECK(seen.san_ip == std::vector<std::string>{"10.98.7.1", "2001:db8::7"});
  CHECK(seen.key_algorithm == "RSA");
  CHECK(seen.key_bits == 2048);
  CHECK(seen.signature_algorithm == "sha256WithRSAEncryption");
  CHECK(seen.serial == "5339F0B867952656B512643060D163CD6EC71A9A");
  CHECK(seen.not_before.value == 1795378614000);
  CHECK(seen.not_after.value == 1795378614000 + 3650LL * 86400 * 1000);
  CHECK(seen.sha256 == "64634dd30a21eeaba18962d238cd34ec493d65f19df6b38d33c74de3aa6ed6fc");
  CHECK(seen.spki_sha256.size() == 64);
  CHECK(seen.is_ca);  // what `openssl req -x509` makes is one
}

TEST_CASE("keys of other kinds are named", "[net][x509]") {
  const auto sm2 = certificate(seed("sm2.der"));
  CHECK(sm2.key_algorithm == "SM2");
  CHECK(sm2.key_bits == 256);
  CHECK(sm2.signature_algorithm == "SM2-with-SM3");
  const auto edwards = certificate(seed("ed.der"));
  CHECK(edwards.key_algorithm == "Ed25519");
  CHECK(edwards.signature_algorithm == "ED25519");
  const auto ecc = certificate(seed("ec.der"));
  CHECK(ecc.key_algorithm == "ECC");
  CHECK(ecc.curve == "prime256v1");
  CHECK(ecc.serial == "00");
}

TEST_CASE("odd names keep their shape", "[net][x509]") {
  // Two values in one relative name; spaces at the edges are escaped.
  CHECK(certificate(seed("ec.der")).subject.text == "CN=\\ ec.example+CN=a#b\\ ");
}

TEST_CASE("GBK in a name that says it is UTF-8 is read as GBK", "[net][x509]") {
  const auto seen = certificate(with_name(seed("sm2.der"), "Example", "\xd5\xfe\xce\xf1\xcd\xf8!"));
  CHECK(seen.subject.find_value("O") == "政务网!");
}

TEST_CASE("control characters in names cannot pass for layout", "[net][x509]") {
  const auto seen =
      certificate(with_name(seed("sm2.der"), "Example", std::string_view("a\0b\nc,d", 7)));
  CHECK(seen.subject.text == "CN=sm2.example,O=a\\00b\\0Ac\\,d,C=CN");
  const auto dns =
      certificate(with_name(seed("rsa.der"), "portal", std::string_view("po\0\ral", 6)));
  CHECK(dns.san_dns[0].find('\0') == std::string::npos);
}

TEST_CASE("bytes after a certificate are not its own", "[net][x509]") {
  auto der = seed("ed.der");
  const auto own = sha256_hex(der);
  der.push_back(0);
  CHECK(certificate(der).sha256 == own);
}

TEST_CASE("garbage is no certificate", "[net][x509]") {
  CHECK_FALSE(parse_certificate({}));
  CHECK_FALSE(parse_certificate(as_bytes("-----BEGIN CERTIFICATE-----")));
  CHECK_FALSE(parse_certificate(Bytes(kCertificateMax + 1, 0x30)));
  const auto der = seed("ed.der");
  for (std::size_t size = 0; size < der.size(); ++size) {
    CHECK_FALSE(parse_certificate(BytesView(der).first(size)));
  }
}
