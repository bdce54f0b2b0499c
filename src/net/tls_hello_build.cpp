// tls_hello_build — the ClientHellos of tls_wire, byte by byte.
#include <array>
#include <span>

#include <fmt/format.h>

#include "net/tls_flight.h"
#include "qingdan/net/tls_wire.h"

namespace qingdan::net {
namespace {

using Numbers = std::span<const std::uint16_t>;

struct Suite {
  std::uint16_t number;
  std::string_view name;  // IANA's, or of GB/T 38636-2020 table 2
};

// By kind of the server's key; within a kind what servers like best comes first.
constexpr std::array<Suite, 11> kEccSuites{{
    {0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    {0xC024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
    {0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
    {0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
    {0xC008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"},
    {0xC007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"},
    {0xC0AC, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"},
    {0xC0AE, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"},
}};
constexpr std::array<Suite, 24> kRsaSuites{{
    {0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0x009E, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009F, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xC027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0xC028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
    {0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
    {0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
    {0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0x006B, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"},
    {0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
    {0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"},
    {0x009C, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009D, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
    {0x003C, "TLS_RSA_WITH_AES_128_CBC_SHA256"},
    {0x003D, "TLS_RSA_WITH_AES_256_CBC_SHA256"},
    {0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA"},
    {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
    {0xC012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"},
    {0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"},
    {0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
    {0x0005, "TLS_RSA_WITH_RC4_128_SHA"},
    {0x0004, "TLS_RSA_WITH_RC4_128_MD5"},
}};
constexpr std::array<Suite, 6> kSuites13{{
    {0x1301, "TLS_AES_128_GCM_SHA256"},
    {0x1302, "TLS_AES_256_GCM_SHA384"},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
    {0x1304, "TLS_AES_128_CCM_SHA256"},
    {0x00C6, "TLS_SM4_GCM_SM3"},  // RFC 8998 §2
    {0x00C7, "TLS_SM4_CCM_SM3"},
}};
// Over datagrams alone: lamps and meters have no certificate, only a key shared in advance.
constexpr std::array<Suite, 7> kPskSuites{{
    {0xC0A8, "TLS_PSK_WITH_AES_128_CCM_8"},  // RFC 6655 §4; RFC 7252 §9.1.3.1 demands it of CoAP
    {0xC0A4, "TLS_PSK_WITH_AES_128_CCM"},
    {0x00A8, "TLS_PSK_WITH_AES_128_GCM_SHA256"},
    {0x00AE, "TLS_PSK_WITH_AES_128_CBC_SHA256"},
    {0x008C, "TLS_PSK_WITH_AES_128_CBC_SHA"},
    {0xC037, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256"},
    {0xC035, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA"},
}};
// ECDHE ones want a certificate of the client too, so they come last.
constexpr std::array<Suite, 8> kTlcpSuites{{
    {0xE013, "ECC_SM4_CBC_SM3"},
    {0xE053, "ECC_SM4_GCM_SM3"},
    {0xE011, "ECDHE_SM4_CBC_SM3"},
    {0xE051, "ECDHE_SM4_GCM_SM3"},
    {0xE019, "RSA_SM4_CBC_SM3"},
    {0xE059, "RSA_SM4_GCM_SM3"},
    {0xE01C, "RSA_SM4_CBC_SHA256"},
    {0xE05A, "RSA_SM4_GCM_SHA256"},
}};
constexpr std::uint16_t kRenegotiation = 0x00FF;  // RFC 5746 §3.3

constexpr std::uint16_t kServerName = 0, kGroups = 10, kPointFormats = 11, kSignatures = 13,
                        kPadding = 21, kMasterSecret = 23, kVersions = 43, kPskModes = 45,
                        kKeyShare = 51;
constexpr std::uint16_t kAlpn = 16;  // RFC 7301 §3.1
constexpr std::string_view kWebProtocols = "\x02h2\x08http/1.1";
constexpr std::uint16_t kX25519 = 0x001D;
constexpr std::array<std::uint16_t, 4> kCurves{kX25519, 0x0017, 0x0018, 0x0019};
constexpr std::array<std::uint16_t, 5> kCurves13{kX25519, 0x0017, 0x0018, 0x0019,
                                                 0x0029};  // curveSM2, RFC 8998 §3.1
// RFC 8446 §4.2.3; ECDSA, then RSA; SHA-1 last.
constexpr std::array<std::uint16_t, 4> kEccSignatures{0x0403, 0x0503, 0x0603, 0x0203};
constexpr std::array<std::uint16_t, 7> kRsaSignatures{0x0804, 0x0401, 0x0805, 0x0501,
                                                      0x0806, 0x0601, 0x0201};
constexpr std::array<std::uint16_t, 9> kSignatures13{0x0403, 0x0804, 0x0401, 0x0503, 0x0805,
                                                     0x0501, 0x0603, 0x0807, 0x0708};

// RFC 7685 §1: servers exist that hang at hellos of 256 to 511 bytes.
constexpr std::size_t kHangsFrom = 256, kHangsTo = 512;

// xorshift64*, Vigna 2014: spreads a seed over the bytes that a hello fills at random.
class Spread {
 public:
  explicit Spread(std::uint64_t seed) : state_(seed == 0 ? 0x9E37'79B9'7F4A'7C15U : seed) {}
  void fill(ByteWriter& out, std::size_t eights) {
    for (std::size_t i = 0; i < eights; ++i) {
      state_ ^= state_ >> 12U;
      state_ ^= state_ << 25U;
      state_ ^= state_ >> 27U;
      out.u64be(state_ * 0x2545'F491'4F6C'DD1DU);
    }
  }

 private:
  std::uint64_t state_;
};

template <std::size_t N>
void put_suites(ByteWriter& out, const std::array<Suite, N>& suites, bool datagrams = false) {
  for (const auto& suite : suites) {
    // RFC 6347 §4.1.2.2: datagrams may be lost, which a stream cipher does not bear.
    const bool streams_alone = suite.name.find("_RC4_") != std::string_view::npos;
    if (!datagrams || !streams_alone) out.u16be(suite.number);
  }
}

ByteWriter suites_of(const TlsQuestion& question) {
  ByteWriter out;
  if (question.most == TlsVersion::tlcp) {
    put_suites(out, kTlcpSuites);
    return out;
  }
  if (question.most == TlsVersion::tls13) {
    put_suites(out, kSuites13);
    return out;
  }
  const bool datagrams = question.most == TlsVersion::dtls12;
  if (question.keys != TlsKeys::rsa) put_suites(out, kEccSuites, datagrams);
  if (question.keys != TlsKeys::ecc) put_suites(out, kRsaSuites, datagrams);
  if (datagrams) put_suites(out, kPskSuites);
  out.u16be(kRenegotiation);
  return out;
}

void put_extension(ByteWriter& out, std::uint16_t type, BytesView body) {
  out.u16be(type).u16be(static_cast<std::uint16_t>(body.size())).bytes(body);
}

void put_numbers(ByteWriter& out, std::uint16_t type, std::initializer_list<Numbers> lists) {
  ByteWriter all;
  for (const auto& list : lists) {
    for (const auto number : list) all.u16be(number);
  }
  ByteWriter body;
  body.u16be(static_cast<std::uint16_t>(all.size())).bytes(all.view());
  put_extension(out, type, body.view());
}

void put_name(ByteWriter& out, const std::string& name) {
  if (name.empty()) return;
  const auto size = static_cast<std::uint16_t>(name.size());
  ByteWriter body;
  body.u16be(static_cast<std::uint16_t>(size + 3)).u8(0).u16be(size).text(name);
  put_extension(out, kServerName, body.view());
}

void put_signatures(ByteWriter& out, TlsKeys keys) {
  if (keys == TlsKeys::any) return put_numbers(out, kSignatures, {kEccSignatures, kRsaSignatures});
  put_numbers(out, kSignatures,
              {keys == TlsKeys::rsa ? Numbers(kRsaSignatures) : Numbers(kEccSignatures)});
}

void put_for_13(ByteWriter& out, Spread& spread) {
  constexpr std::array<std::uint8_t, 3> kOnly13{2, 0x03, 0x04};
  constexpr std::array<std::uint8_t, 2> kWithDhe{1, 1};  // psk_dhe_ke, RFC 8446 §4.2.9
  put_numbers(out, kGroups, {kCurves13});
  put_numbers(out, kSignatures, {kSignatures13});
  put_extension(out, kVersions, kOnly13);
  put_extension(out, kPskModes, kWithDhe);
  ByteWriter share;
  share.u16be(36).u16be(kX25519).u16be(32);
  spread.fill(share, 4);  // any 32 bytes are a public key of X25519, RFC 7748 §5
  put_extension(out, kKeyShare, share.view());
}

// GB/T 38636-2020 §6.4.5.2.3 knows names; the older GM/T 0024 no extension at all, so there are
// none without one.
ByteWriter extensions_of(const TlsQuestion& question, Spread& spread) {
  ByteWriter out;
  put_name(out, question.sni);
  if (question.most == TlsVersion::tlcp) return out;
  if (question.most == TlsVersion::tls13) {
    put_for_13(out, spread);
    return out;
  }
  constexpr std::array<std::uint8_t, 2> kUncompressed{1, 0};
  put_numbers(out, kGroups, {kCurves});
  put_extension(out, kPointFormats, kUncompressed);
  const bool datagrams = question.most == TlsVersion::dtls12;
  // RFC 5246 §7.4.1.4.1: not before 1.2.
  if (question.most == TlsVersion::tls12 || datagrams) put_signatures(out, question.keys);
  if (datagrams) put_extension(out, kMasterSecret, {});  // RFC 7627
  if (question.most == TlsVersion::tls12 && question.web) {
    ByteWriter names;
    names.u16be(static_cast<std::uint16_t>(kWebProtocols.size())).text(kWebProtocols);
    put_extension(out, kAlpn, names.view());
  }
  return out;
}

template <std::size_t N>
std::string_view name_in(const std::array<Suite, N>& suites, std::uint16_t number) {
  for (const auto& suite : suites) {
    if (suite.number == number) return suite.name;
  }
  return {};
}

}  // namespace

Bytes build_hello_body(const TlsQuestion& question, BytesView cookie) {
  Spread spread(question.seed);
  const bool latest = question.most == TlsVersion::tls13;
  const bool datagrams = question.most == TlsVersion::dtls12;
  ByteWriter hello;
  // RFC 8446 §4.1.2: 1.3 calls itself 1.2 here.
  hello.u16be(latest ? number_of(TlsVersion::tls12) : number_of(question.most));
  spread.fill(hello, 4);
  hello.u8(latest ? 32 : 0);
  if (latest) spread.fill(hello, 4);  // RFC 8446 §D.4
  if (datagrams) hello.u8(static_cast<std::uint8_t>(cookie.size())).bytes(cookie);
  const auto suites = suites_of(question);
  hello.u16be(static_cast<std::uint16_t>(suites.size())).bytes(suites.view());
  hello.u8(1).u8(0);  // no compression
  auto extensions = extensions_of(question, spread);
  const auto size = 4 + hello.size() + 2 + extensions.size();
  if (!datagrams && extensions.size() > 0 && size >= kHangsFrom && size < kHangsTo) {
    const auto left = kHangsTo - size;
    const Bytes zeros(left > 4 ? left - 4 : 0, 0);
    put_extension(extensions, kPadding, zeros);
  }
  if (extensions.size() > 0) {
    hello.u16be(static_cast<std::uint16_t>(extensions.size())).bytes(extensions.view());
  }
  return std::move(hello).take();
}

Bytes build_tls_hello(const TlsQuestion& question) {
  const auto hello = build_hello_body(question, {});
  const bool tlcp = question.most == TlsVersion::tlcp;
  ByteWriter out;
  // RFC 8446 §5.1: 1.0 in the record's header.
  out.u8(22).u16be(number_of(tlcp ? TlsVersion::tlcp : TlsVersion::tls10));
  out.u16be(static_cast<std::uint16_t>(hello.size() + 4));
  out.u8(1).u24be(static_cast<std::uint32_t>(hello.size())).bytes(hello);
  return std::move(out).take();
}

Bytes build_tls_goodbye(std::uint16_t version) {
  constexpr std::uint8_t kUserCanceled = 90;
  ByteWriter out;
  out.u8(21).u16be(version).u16be(2).u8(1).u8(kUserCanceled);
  out.u8(21).u16be(version).u16be(2).u8(1).u8(0);
  return std::move(out).take();
}

std::string tls_suite_name(std::uint16_t number) {
  for (const auto name :
       {name_in(kTlcpSuites, number), name_in(kSuites13, number), name_in(kEccSuites, number),
        name_in(kRsaSuites, number), name_in(kPskSuites, number)}) {
    if (!name.empty()) return std::string(name);
  }
  return fmt::format("0x{:04X}", number);
}

}  // namespace qingdan::net
