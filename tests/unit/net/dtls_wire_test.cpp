// dtls_wire — hellos byte by byte, flights recorded from OpenSSL 3.0.19 and GnuTLS 3.7.9, and
// fragments as no server would send them.
// covers: net/tls_flight
#include "qingdan/net/dtls_wire.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "qingdan/net/frames.h"
#include "qingdan/net/x509.h"
#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

constexpr std::uint16_t k10 = 0xFEFF, k12 = 0xFEFD;

Bytes record(std::uint8_t type, std::uint16_t version, BytesView body, std::uint16_t epoch = 0) {
  ByteWriter out;
  out.u8(type).u16be(version).u16be(epoch).fill(6);
  out.u16be(static_cast<std::uint16_t>(body.size())).bytes(body);
  return std::move(out).take();
}

struct Fragment {
  std::uint8_t type{11};
  std::uint32_t length{0};  // of the message
  std::uint16_t sequence{0};
  std::uint32_t offset{0};
  Bytes part;
};
Bytes fragment(const Fragment& what) {
  ByteWriter out;
  out.u8(what.type).u24be(what.length).u16be(what.sequence).u24be(what.offset);
  out.u24be(static_cast<std::uint32_t>(what.part.size())).bytes(what.part);
  return record(22, k12, out.view());
}
Bytes whole(std::uint8_t type, std::uint16_t sequence, const Bytes& body) {
  return fragment({type, static_cast<std::uint32_t>(body.size()), sequence, 0, body});
}
Bytes part_of(std::uint8_t type, std::uint16_t sequence, const Bytes& body, std::size_t from,
              std::size_t to) {
  const auto begin = body.begin();
  return fragment(
      {type, static_cast<std::uint32_t>(body.size()), sequence, static_cast<std::uint32_t>(from),
       Bytes(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to))});
}

Bytes verify_request(std::size_t cookie = 20) {
  ByteWriter body;
  body.u16be(k10).u8(static_cast<std::uint8_t>(cookie)).fill(cookie, 'c');
  return whole(3, 0, Bytes(body.view().begin(), body.view().end()));
}
Bytes hello_body(std::uint16_t version = k12) {
  ByteWriter body;
  body.u16be(version).fill(32, 'r').u8(0).u16be(0xC02F).u8(0);
  return std::move(body).take();
}
// One certificate that is none, of `size` bytes that differ from each other.
Bytes certificates_body(std::size_t size) {
  ByteWriter body;
  body.u24be(static_cast<std::uint32_t>(size + 3)).u24be(static_cast<std::uint32_t>(size));
  for (std::size_t i = 0; i < size; ++i) body.u8(static_cast<std::uint8_t>(i * 7 + i / 256));
  return std::move(body).take();
}

DtlsReply reply(const std::vector<Bytes>& datagrams) {
  const auto seen = parse_dtls_reply(frame_messages(datagrams));
  REQUIRE(seen);
  return *seen;
}

std::vector<Bytes> datagrams_of(const Bytes& framed) {
  std::vector<Bytes> all;
  for (const auto one : split_messages(framed).messages) all.emplace_back(one.begin(), one.end());
  return all;
}

std::string subject_of(const DtlsReply& seen) {
  REQUIRE_FALSE(seen.answer.certificates.empty());
  const auto leaf = parse_certificate(seen.answer.certificates.front());
  REQUIRE(leaf);
  return leaf->subject.text;
}

}  // namespace

TEST_CASE("a hello says its lengths three times alike", "[net][dtls]") {
  const auto hello = build_dtls_client_hello(7);
  ByteReader reader(hello);
  CHECK(reader.u8() == 22);
  reader.skip(10);
  CHECK(reader.u16be() == hello.size() - 13);
  CHECK(reader.u8() == 1);
  CHECK(reader.u24be() == hello.size() - 25);
  reader.skip(5);
  CHECK(reader.u24be() == hello.size() - 25);
  CHECK(reader.u16be() == k12);
  reader.skip(32);
  CHECK(reader.u8() == 0);
  CHECK(reader.u8() == 0);
  ByteReader suites(reader.take(reader.u16be()));
  while (!suites.at_end()) {
    const auto suite = suites.u16be();
    if (suite != 0x00FF) CHECK(tls_suite_name(suite).starts_with("TLS_"));
    CHECK(tls_suite_name(suite).find("RC4") == std::string::npos);  // RFC 6347 §4.1.2.2
  }
  CHECK(hello.size() < 300);
  CHECK_FALSE(parse_dtls_reply(hello));  // an echo
}

TEST_CASE("the second hello is the first with its cookie, and the next number", "[net][dtls]") {
  const Bytes cookie(20, 'c');
  const auto first = build_dtls_client_hello(7);
  const auto second = build_dtls_client_hello(7, cookie);
  REQUIRE(second.size() == first.size() + cookie.size());
  constexpr std::size_t kCookieAt = 13 + 12 + 2 + 32 + 1;
  CHECK(second[10] == 1);  // of the record
  CHECK(second[18] == 1);  // of the message
  CHECK(second[kCookieAt] == cookie.size());
  // From the version on, but for the cookie.
  CHECK(std::equal(first.begin() + 25, first.begin() + kCookieAt, second.begin() + 25));
  CHECK(
      std::equal(first.begin() + kCookieAt + 1, first.end(), second.begin() + kCookieAt + 1 + 20));
  CHECK(build_dtls_client_hello(7, Bytes(300, 1)).size() == first.size() + 255);
  CHECK_FALSE(is_dtls_reply(second));
}

TEST_CASE("the goodbye is two warnings in records of their own", "[net][dtls]") {
  CHECK(build_dtls_goodbye(k10) == Bytes{21, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 1, 90,
                                         21, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 3, 0, 2, 1, 0});
}

TEST_CASE("a cookie, a hello and an alert all answer", "[net][dtls]") {
  const auto verify = parse_dtls_reply(verify_request());
  REQUIRE(verify);
  CHECK(verify->cookie == Bytes(20, 'c'));
  CHECK(verify->answer.version == 0);
  CHECK_FALSE(verify->answer.complete);
  CHECK(parse_dtls_reply(verify_request(255))->cookie == Bytes(255, 'c'));
  const auto hello = parse_dtls_reply(whole(2, 0, hello_body()));
  REQUIRE(hello);
  CHECK(hello->answer.version == k12);
  CHECK(hello->answer.cipher == 0xC02F);
  CHECK_FALSE(hello->answer.complete);
  const auto alert = parse_dtls_reply(record(21, k12, Bytes{2, 40}));
  REQUIRE(alert);
  CHECK(alert->answer.alert == 40);
  CHECK(alert->answer.complete);
}

TEST_CASE("recorded flights show version, suite and certificates", "[net][dtls]") {
  struct Case {
    std::string name;
    std::uint16_t version, cipher;
    std::size_t certificates;
    std::string subject;
  };
  for (const auto& one :
       {Case{"openssl_dtls12_rsa", k12, 0xC02F, 2, "CN=rsa.example.test,O=Example City"},
        Case{"openssl_dtls12_small", k12, 0xC02B, 2, "CN=ecc.example.test,O=Example City"},
        Case{"openssl_dtls10", k10, 0xC013, 1, "CN=rsa.example.test,O=Example City"},
        Case{"openssl_dtls12_psk", k12, 0xC0A8, 0, ""},
        Case{"gnutls_dtls12", k12, 0xC02F, 2, "CN=gnutls.example.test,O=Example City"}}) {
    CAPTURE(one.name);
    const auto seen = parse_dtls_reply(test::seed("dtls_wire/" + one.name));
    REQUIRE(seen);
    CHECK(seen->cookie);
    CHECK(seen->answer.complete);
    CHECK(seen->answer.version == one.version);
    CHECK(seen->answer.cipher == one.cipher);
    CHECK_FALSE(seen->answer.alert);
    REQUIRE(seen->answer.certificates.size() == one.certificates);
    if (one.certificates > 0) CHECK(subject_of(*seen) == one.subject);
  }
}

TEST_CASE("a flight in any order, and twice, is the same flight", "[net][dtls]") {
  for (const std::string name : {"openssl_dtls12_rsa", "gnutls_dtls12"}) {
    const auto framed = test::seed("dtls_wire/" + name);
    auto datagrams = datagrams_of(framed);
    const auto straight = reply(datagrams);
    for (std::size_t turn = 0; turn < datagrams.size(); ++turn) {
      std::rotate(datagrams.begin(), datagrams.begin() + 1, datagrams.end());
      CHECK(reply(datagrams).answer.certificates == straight.answer.certificates);
    }
    std::reverse(datagrams.begin(), datagrams.end());
    const auto copy = datagrams;
    datagrams.insert(datagrams.end(), copy.begin(), copy.end());
    const auto seen = reply(datagrams);
    CHECK(seen.answer.complete);
    CHECK(seen.answer.version == straight.answer.version);
    CHECK(seen.answer.certificates == straight.answer.certificates);
    CHECK(seen.cookie == straight.cookie);
  }
}

TEST_CASE("a flight is not complete while a datagram is missing", "[net][dtls]") {
  const auto datagrams = datagrams_of(test::seed("dtls_wire/openssl_dtls12_rsa"));
  for (std::size_t gone = 1; gone < datagrams.size(); ++gone) {
    auto some = datagrams;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(gone));
    CHECK_FALSE(reply(some).answer.complete);
  }
}

TEST_CASE("fragments that overlap are joined", "[net][dtls]") {
  const auto hello = hello_body();
  const auto certificates = certificates_body(500);
  const auto seen = reply({whole(14, 3, {}), part_of(11, 2, certificates, 300, 506),
                           part_of(11, 2, certificates, 0, 200), part_of(2, 1, hello, 0, 30),
                           part_of(11, 2, certificates, 100, 350), part_of(2, 1, hello, 10, 38),
                           part_of(11, 2, certificates, 0, 0)});
  CHECK(seen.answer.complete);
  CHECK(seen.answer.cipher == 0xC02F);
  REQUIRE(seen.answer.certificates.size() == 1);
  CHECK(seen.answer.certificates[0] == Bytes(certificates.begin() + 6, certificates.end()));
  // All in one record, as OpenSSL packs what is short.
  ByteWriter one;
  for (const auto& each : {whole(2, 0, hello), whole(14, 1, {})})
    one.bytes(BytesView(each).subspan(13));
  CHECK(reply({record(22, k12, one.view())}).answer.complete);
}

TEST_CASE("fragments that lie about a length are left out", "[net][dtls]") {
  const auto hello = hello_body();
  // Past the end of its message; past the end of its record; of another length, of another type.
  CHECK_FALSE(is_dtls_reply(fragment({2, 38, 0, 1, hello})));
  auto cut = whole(2, 0, hello);
  cut[24] = 200;
  CHECK_FALSE(is_dtls_reply(cut));
  const auto certificates = certificates_body(100);
  const auto seen =
      reply({whole(2, 0, hello), part_of(11, 1, certificates, 0, 50),
             fragment({11, 60, 1, 0, Bytes(60, 0)}), fragment({12, 106, 1, 50, Bytes(56, 0)}),
             part_of(11, 1, certificates, 50, 106), whole(14, 2, {})});
  CHECK(seen.answer.complete);
  CHECK(seen.answer.certificates.at(0) == Bytes(certificates.begin() + 6, certificates.end()));
  // A message as long as its three bytes can say takes no room.
  CHECK_FALSE(is_dtls_reply(fragment({11, 0xFFFFFF, 0, 0, Bytes(100, 1)})));
}

TEST_CASE("fragments without end take bounded room", "[net][dtls]") {
  Bytes framed;
  for (std::uint16_t i = 0; i < 250; ++i) {
    append_message(framed,
                   fragment({11, 60'000, i, static_cast<std::uint32_t>(i * 200), Bytes(200, 1)}));
  }
  const auto seen = parse_dtls_reply(framed);
  REQUIRE(seen);
  CHECK(seen->answer.version == 0);
  CHECK_FALSE(seen->answer.complete);
  // The seventeenth message is too many.
  std::vector<Bytes> many{whole(2, 0, hello_body())};
  for (std::uint16_t i = 1; i < 16; ++i) many.push_back(whole(12, i, Bytes(3, 0)));
  many.push_back(whole(14, 16, {}));
  CHECK_FALSE(reply(many).answer.complete);
}

TEST_CASE("what is encrypted is passed over, 1.3 ends with its hello", "[net][dtls]") {
  const auto seen = reply({whole(2, 0, hello_body()), record(21, k12, Bytes{2, 40}, 1)});
  CHECK_FALSE(seen.answer.alert);
  CHECK_FALSE(seen.answer.complete);
  ByteWriter latest;
  latest.bytes(hello_body()).u16be(6).u16be(43).u16be(2).u16be(0xFEFC);  // RFC 9147 §5.4
  const auto hello = reply({whole(2, 0, Bytes(latest.view().begin(), latest.view().end()))});
  CHECK(hello.answer.version == 0xFEFC);
  CHECK(hello.answer.complete);
  CHECK(tls_version_of(hello.answer.version) == TlsVersion::dtls13);
}

TEST_CASE("records of TLS, cut ones and other bytes are no answer", "[net][dtls]") {
  CHECK_FALSE(parse_dtls_reply({}));
  CHECK_FALSE(parse_dtls_reply(record(21, 0x0303, Bytes{2, 40})));
  CHECK_FALSE(parse_dtls_reply(record(21, k12, Bytes{3, 40})));
  CHECK_FALSE(parse_dtls_reply(record(23, k12, Bytes(50, 0))));
  CHECK_FALSE(parse_dtls_reply(BytesView(verify_request()).first(20)));
  CHECK_FALSE(parse_dtls_reply(Bytes(300, 0)));
  // No kind of record at all, whatever follows.
  auto unheard = record(0, k12, {});
  for (const auto byte : record(21, k12, Bytes{2, 40})) unheard.push_back(byte);
  CHECK_FALSE(is_dtls_reply(unheard));
  // Certificates without a hello, and what should be one and is none.
  CHECK(reply({whole(11, 0, certificates_body(9))}).answer.certificates.empty());
  CHECK(reply({whole(2, 0, Bytes(38, 0))}).answer.version == 0);
}

TEST_CASE("damaged datagrams are survived", "[net][dtls]") {
  const auto parse = [](BytesView bytes) { static_cast<void>(parse_dtls_reply(bytes)); };
  test::parse_damaged(verify_request(), parse);
  for (const std::string name : {"openssl_dtls12_psk", "openssl_dtls10"}) {
    test::parse_damaged(test::seed("dtls_wire/" + name), parse);
  }
}
