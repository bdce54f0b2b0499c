// tls_flight — see the header.
#include "net/tls_flight.h"

#include <algorithm>
#include <array>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kServerHello = 2, kCertificate = 11, kHelloDone = 14;  // RFC 5246 §7.4
constexpr std::uint16_t kAlpn = 16, kSupportedVersions = 43;  // IANA, ExtensionType Values
constexpr std::size_t kRandomSize = 32;
constexpr std::uint8_t kWarning = 1, kFatal = 2;
constexpr std::uint8_t kCloseNotify = 0;

// SHA-256 of "HelloRetryRequest", RFC 8446 §4.1.3.
constexpr std::array<std::uint8_t, kRandomSize> kRetryRandom{
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

void read_extension(std::uint16_t type, BytesView body, TlsAnswer& out) {
  out.extensions.push_back(type);
  ByteReader reader(body);
  if (type == kSupportedVersions) {
    const auto version = reader.u16be();
    if (reader && version >> 8 == out.version >> 8) out.version = version;
  }
  if (type == kAlpn) {
    reader.skip(2);
    const auto size = reader.u8();
    const auto name = reader.take(size);
    if (reader) out.alpn = escape_untrusted(as_text(name));
  }
}

bool read_hello(BytesView body, bool (*known)(std::uint16_t), TlsAnswer& out) {
  ByteReader reader(body);
  out.version = reader.u16be();
  const auto random = reader.take(kRandomSize);
  const auto session = reader.u8();
  reader.skip(session);
  out.cipher = reader.u16be();
  reader.skip(1);  // compression
  if (!reader || session > 32 || !known(out.version)) {
    out = {};
    return false;
  }
  out.retry = std::equal(random.begin(), random.end(), kRetryRandom.begin());
  if (reader.at_end()) return true;
  const auto size = reader.u16be();
  ByteReader extensions(reader.take(size));
  while (extensions && !extensions.at_end()) {
    const auto type = extensions.u16be();
    const auto length = extensions.u16be();
    const auto value = extensions.take(length);
    if (extensions) read_extension(type, value, out);
  }
  return true;
}

// RFC 5246 §7.4.2, and the same in TLCP (GB/T 38636-2020 §6.4.5.4).
void read_certificates(BytesView body, TlsAnswer& out) {
  ByteReader reader(body);
  const auto size = reader.u24be();
  ByteReader list(reader.take(size));
  while (list && !list.at_end() && out.certificates.size() < kTlsCertificatesMax) {
    const auto length = list.u24be();
    const auto der = list.take(length);
    if (list && !der.empty()) out.certificates.emplace_back(der.begin(), der.end());
  }
}

}  // namespace

bool read_tls_alert(BytesView body, TlsAlerts& out) {
  if (body.size() != 2 || (body[0] != kWarning && body[0] != kFatal)) return false;
  out.closed = out.closed || body[0] == kFatal || body[1] == kCloseNotify;
  if (body[0] == kFatal || !out.first) out.first = body[1];
  return true;
}

bool read_tls_flight(BytesView messages, bool (*known)(std::uint16_t), TlsAnswer& out) {
  ByteReader reader(messages);
  while (reader.remaining() >= 4) {
    const auto type = reader.u8();
    const auto length = reader.u24be();
    const auto body = reader.take(length);
    if (!reader) break;  // the rest has not come
    if (out.version == 0) {
      if (type == 0) continue;  // HelloRequest, RFC 5246 §7.4.1.1
      if (type != kServerHello || !read_hello(body, known, out)) return false;
      continue;
    }
    if (type == kCertificate) read_certificates(body, out);
    if (type == kHelloDone) out.complete = true;
  }
  return true;
}

}  // namespace qingdan::net
