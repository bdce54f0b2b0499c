// tls_wire — hellos byte by byte, and flights recorded from OpenSSL 3.0.19; the one of TLCP is made
// after GB/T 38636-2020 with SM2 certificates of OpenSSL.
// covers: net/tls_hello_build
#include "qingdan/net/tls_wire.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>

#include "qingdan/net/x509.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes seed(const std::string& name) {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/tls_wire/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A ClientHello as a server reads it (RFC 8446 §4.1.2).
struct Hello {
  std::uint16_t record{0}, version{0};
  std::vector<std::uint16_t> suites;
  std::map<std::uint16_t, Bytes> extensions;
};

Hello read(BytesView bytes) {
  Hello hello;
  ByteReader reader(bytes);
  REQUIRE(reader.u8() == 22);
  hello.record = reader.u16be();
  REQUIRE(reader.u16be() == bytes.size() - 5);
  REQUIRE(reader.u8() == 1);
  REQUIRE(reader.u24be() == bytes.size() - 9);
  hello.version = reader.u16be();
  reader.skip(32);
  reader.skip(reader.u8());
  ByteReader suites(reader.take(reader.u16be()));
  while (!suites.at_end()) hello.suites.push_back(suites.u16be());
  REQUIRE(reader.u8() == 1);
  REQUIRE(reader.u8() == 0);
  if (reader.at_end()) return hello;
  const std::size_t size = reader.u16be();
  REQUIRE(size == reader.remaining());
  while (!reader.at_end()) {
    const auto type = reader.u16be();
    const auto body = reader.take(reader.u16be());
    REQUIRE(reader);
    REQUIRE(hello.extensions.emplace(type, Bytes(body.begin(), body.end())).second);
  }
  return hello;
}

bool has(const Hello& hello, std::uint16_t suite) {
  return std::find(hello.suites.begin(), hello.suites.end(), suite) != hello.suites.end();
}

TlsAnswer answer(BytesView bytes) {
  const auto parsed = parse_tls_answer(bytes);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("each hello offers its version at most, in a record of 1.0", "[net][tls]") {
  for (const auto version : {TlsVersion::tls10, TlsVersion::tls11, TlsVersion::tls12}) {
    const auto hello = read(build_tls_hello({version, TlsKeys::any, "", 7}));
    CHECK(hello.record == 0x0301);
    CHECK(hello.version == number_of(version));
    CHECK(has(hello, 0xC02F));
    CHECK(has(hello, 0xC02B));
    CHECK(has(hello, 0x00FF));
    CHECK_FALSE(hello.extensions.contains(43));
    CHECK_FALSE(hello.extensions.contains(0));
    // RFC 5246 §7.4.1.4.1
    CHECK(hello.extensions.contains(13) == (version == TlsVersion::tls12));
  }
}

TEST_CASE("1.3 is offered alone, with a share of X25519", "[net][tls]") {
  const auto hello = read(build_tls_hello({TlsVersion::tls13, TlsKeys::any, "", 7}));
  CHECK(hello.version == 0x0303);
  CHECK(hello.extensions.at(43) == Bytes{2, 3, 4});
  CHECK(hello.extensions.at(51).size() == 38);
  CHECK(has(hello, 0x1301));
  CHECK(has(hello, 0x00C6));
  CHECK_FALSE(has(hello, 0xC02F));
}

TEST_CASE("TLCP has a version, suites and records of its own", "[net][tls]") {
  const auto hello = read(build_tls_hello({TlsVersion::tlcp, TlsKeys::any, "", 7}));
  CHECK(hello.record == 0x0101);
  CHECK(hello.version == 0x0101);
  CHECK(hello.suites ==
        std::vector<std::uint16_t>{0xE013, 0xE053, 0xE011, 0xE051, 0xE019, 0xE059, 0xE01C, 0xE05A});
  CHECK(hello.extensions.empty());
  const auto named = read(build_tls_hello({TlsVersion::tlcp, TlsKeys::any, "a.example", 7}));
  CHECK(as_text(named.extensions.at(0)).substr(5) == "a.example");
}

TEST_CASE("a hello for one kind of key has no suite of the other", "[net][tls]") {
  const auto rsa = read(build_tls_hello({TlsVersion::tls12, TlsKeys::rsa, "", 7}));
  CHECK(has(rsa, 0xC02F));
  CHECK_FALSE(has(rsa, 0xC02B));
  const auto ecc = read(build_tls_hello({TlsVersion::tls12, TlsKeys::ecc, "", 7}));
  CHECK(has(ecc, 0xC02B));
  CHECK_FALSE(has(ecc, 0x002F));
  CHECK(ecc.extensions.at(13) == Bytes{0, 8, 4, 3, 5, 3, 6, 3, 2, 3});
}

TEST_CASE("a web server is offered h2 before http/1.1, by 1.2 alone", "[net][tls]") {
  for (const auto version : {TlsVersion::tlcp, TlsVersion::tls10, TlsVersion::tls11,
                             TlsVersion::tls12, TlsVersion::tls13}) {
    const auto hello = read(build_tls_hello({version, TlsKeys::any, "", 7, true}));
    CHECK(hello.extensions.contains(16) == (version == TlsVersion::tls12));
    if (version != TlsVersion::tls12) continue;
    const auto& names = hello.extensions.at(16);
    CHECK(as_text(names) == std::string_view("\0\x0c\x02h2\x08http/1.1", 14));
  }
  CHECK_FALSE(
      read(build_tls_hello({TlsVersion::tls12, TlsKeys::any, "", 7})).extensions.contains(16));
}

TEST_CASE("no hello has a length at which servers hang", "[net][tls]") {
  for (const auto version : {TlsVersion::tlcp, TlsVersion::tls10, TlsVersion::tls11,
                             TlsVersion::tls12, TlsVersion::tls13}) {
    for (std::size_t size = 0; size <= 253; ++size) {
      const auto hello = build_tls_hello({version, TlsKeys::any, std::string(size, 'a'), size});
      read(hello);
      const auto body = hello.size() - 5;
      CHECK((body < 256 || body >= 512));
    }
  }
}

TEST_CASE("a flight of 1.2 gives version, suite and certificate", "[net][tls]") {
  const auto seen = answer(seed("tls12_rsa"));
  CHECK(seen.version == 0x0303);
  CHECK(tls_suite_name(seen.cipher) == "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
  CHECK(seen.complete);
  CHECK_FALSE(seen.alert);
  CHECK(seen.extensions == std::vector<std::uint16_t>{65281, 11, 35, 23});
  REQUIRE(seen.certificates.size() == 1);
  const auto certificate = parse_certificate(seen.certificates[0]);
  REQUIRE(certificate);
  CHECK(certificate->subject.text == "CN=rsa.example.invalid");
  CHECK(certificate->key_algorithm == "RSA");
}

TEST_CASE("1.3 says its version in an extension, as a retry too", "[net][tls]") {
  const auto hello = answer(seed("tls13_hello"));
  CHECK(hello.version == 0x0304);
  CHECK(hello.complete);
  CHECK_FALSE(hello.retry);
  const auto retry = answer(seed("tls13_retry"));
  CHECK(retry.version == 0x0304);
  CHECK(retry.retry);
}

TEST_CASE("TLCP shows two certificates with SM2 keys", "[net][tls]") {
  const auto seen = answer(seed("tlcp"));
  CHECK(seen.version == 0x0101);
  CHECK(tls_version_of(seen.version) == TlsVersion::tlcp);
  CHECK(tls_suite_name(seen.cipher) == "ECC_SM4_CBC_SM3");
  CHECK(seen.complete);
  REQUIRE(seen.certificates.size() == 2);
  for (const auto& der : seen.certificates) {
    const auto certificate = parse_certificate(der);
    REQUIRE(certificate);
    CHECK(certificate->key_algorithm == "SM2");
    CHECK(certificate->curve == "SM2");
    CHECK(certificate->key_bits == 256);
    CHECK(certificate->signature_algorithm == "SM2-with-SM3");
    CHECK(certificate->subject.text == "CN=gm.example.invalid,O=示例单位,C=CN");
  }
  CHECK(seen.certificates[0] != seen.certificates[1]);
}

TEST_CASE("an alert is an answer", "[net][tls]") {
  const auto seen = answer(seed("alert"));
  CHECK(seen.alert == kTlsProtocolVersion);
  CHECK(seen.version == 0);
  CHECK(seen.complete);
  CHECK(answer(Bytes{0x15, 1, 1, 0, 2, 2, 40}).alert == 40);
}

TEST_CASE("an answer in pieces is not complete before its end", "[net][tls]") {
  for (const std::string name : {"tls12_rsa", "tlcp"}) {
    const auto flight = seed(name);
    for (std::size_t size = 6; size < flight.size(); ++size) {
      const auto seen = parse_tls_answer(BytesView(flight).first(size));
      REQUIRE(seen);
      CHECK_FALSE(seen->complete);
    }
  }
}

TEST_CASE("other protocols and echoes are no answers", "[net][tls]") {
  CHECK_FALSE(parse_tls_answer({}));
  CHECK_FALSE(parse_tls_answer(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")));
  CHECK_FALSE(parse_tls_answer(as_bytes("SSH-2.0-x\r\n")));
  CHECK_FALSE(parse_tls_answer(build_tls_hello({})));
}

TEST_CASE("the goodbye is two warnings in the version agreed on", "[net][tls]") {
  CHECK(build_tls_goodbye(0x0101) == Bytes{21, 1, 1, 0, 2, 1, 90, 21, 1, 1, 0, 2, 1, 0});
}

TEST_CASE("the channel's line comes back as it was written", "[net][tls]") {
  const auto flight = seed("alert");
  for (const auto version : {TlsVersion::tlcp, TlsVersion::tls10, TlsVersion::tls13}) {
    for (const auto keys : {TlsKeys::any, TlsKeys::rsa, TlsKeys::ecc}) {
      for (const auto end : {TlsEnd::heard, TlsEnd::closed, TlsEnd::silent}) {
        const auto raw = write_tls_record({version, keys, end, flight});
        const auto back = read_tls_record(raw);
        REQUIRE(back);
        CHECK(back->asked == version);
        CHECK(back->keys == keys);
        CHECK(back->end == end);
        CHECK(Bytes(back->stream.begin(), back->stream.end()) == flight);
      }
    }
  }
  for (const auto* bad : {"", "\n", "TLSv1.2\n", "TLSv1.2 any\n", "TLSv1.4 any heard\n",
                          "TLSv1.2 any heard", "TLSv1.2  heard\n"}) {
    CHECK_FALSE(read_tls_record(as_bytes(bad)));
  }
}

TEST_CASE("damaged flights are survived", "[net][tls]") {
  const auto parse = [](BytesView bytes) { static_cast<void>(parse_tls_answer(bytes)); };
  for (const std::string name : {"tls12_rsa", "tls13_retry", "tlcp", "alert"}) {
    test::parse_damaged(seed(name), parse);
  }
  // More certificates than anybody needs.
  ByteWriter list;
  for (int i = 0; i < 100; ++i) list.u24be(1).u8(0x30);
  ByteWriter body;
  body.u24be(static_cast<std::uint32_t>(list.size())).bytes(list.view());
  ByteWriter messages;
  messages.u8(2).u24be(38).u16be(0x0303).fill(32).u8(0).u16be(0x002F).u8(0);
  messages.u8(11).u24be(static_cast<std::uint32_t>(body.size())).bytes(body.view());
  ByteWriter record;
  record.u8(22).u16be(0x0303).u16be(static_cast<std::uint16_t>(messages.size()));
  record.bytes(messages.view());
  CHECK(answer(record.view()).certificates.size() == kTlsCertificatesMax);
}
