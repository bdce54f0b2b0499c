// tls_wire — see the header. Building is in tls_hello_build.cpp.
#include "qingdan/net/tls_wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kAlertRecord = 21, kHandshakeRecord = 22;              // RFC 8446 §5.1
constexpr std::uint8_t kServerHello = 2, kCertificate = 11, kHelloDone = 14;  // RFC 5246 §7.4
constexpr std::uint16_t kAlpn = 16, kSupportedVersions = 43;  // IANA, ExtensionType Values
constexpr std::size_t kRandomSize = 32;
// RFC 5246 §6.2.3: a protected record may be 2048 longer than a plain one.
constexpr std::size_t kRecordMax = (1U << 14U) + 2048;
constexpr std::uint8_t kWarning = 1, kFatal = 2;
constexpr std::uint8_t kCloseNotify = 0;

// SHA-256 of "HelloRetryRequest", RFC 8446 §4.1.3.
constexpr std::array<std::uint8_t, kRandomSize> kRetryRandom{
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

constexpr std::array<std::pair<TlsVersion, std::string_view>, 5> kNames{
    {{TlsVersion::tlcp, "TLCP"},
     {TlsVersion::tls10, "TLSv1.0"},
     {TlsVersion::tls11, "TLSv1.1"},
     {TlsVersion::tls12, "TLSv1.2"},
     {TlsVersion::tls13, "TLSv1.3"}}};
constexpr std::array<std::pair<TlsVersion, std::uint16_t>, 5> kNumbers{
    {{TlsVersion::tlcp, 0x0101},  // GB/T 38636-2020 §6.3.3.2
     {TlsVersion::tls10, 0x0301},
     {TlsVersion::tls11, 0x0302},
     {TlsVersion::tls12, 0x0303},
     {TlsVersion::tls13, 0x0304}}};
constexpr std::array<std::pair<TlsKeys, std::string_view>, 3> kKeyNames{
    {{TlsKeys::any, "any"}, {TlsKeys::rsa, "RSA"}, {TlsKeys::ecc, "ECC"}}};
constexpr std::array<std::pair<TlsEnd, std::string_view>, 3> kEndNames{
    {{TlsEnd::heard, "heard"}, {TlsEnd::closed, "closed"}, {TlsEnd::silent, "silent"}}};

template <class Table, class Key>
auto second_of(const Table& table, Key key) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& pair) { return pair.first == key; });
  return found == table.end() ? table.front().second : found->second;
}

template <class Table, class Value>
auto first_of(const Table& table, Value value)
    -> std::optional<std::decay_t<decltype(table.front().first)>> {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const auto& pair) { return pair.second == value; });
  if (found == table.end()) return std::nullopt;
  return found->first;
}

bool known_record(std::uint16_t version) { return version == 0x0101 || version >> 8 == 3; }

// What the records carry: handshake messages joined, as one may span records, and alerts.
struct Unwrapped {
  Bytes handshake;
  std::optional<std::uint8_t> alert;
  bool closed{false};      // fatal, or close_notify
  bool protected_{false};  // what follows is encrypted: no more for us
};

void read_alert(BytesView body, Unwrapped& out) {
  if (body.size() != 2 || (body[0] != kWarning && body[0] != kFatal)) {
    out.protected_ = true;
    return;
  }
  out.closed = out.closed || body[0] == kFatal || body[1] == kCloseNotify;
  if (body[0] == kFatal || !out.alert) out.alert = body[1];
}

// False where the first record is none.
bool unwrap(BytesView stream, Unwrapped& out) {
  ByteReader reader(stream);
  bool any = false;
  while (!out.closed && !out.protected_ && reader.remaining() > 0) {
    const auto type = reader.u8();
    const auto version = reader.u16be();
    const std::size_t length = reader.u16be();
    const bool ours = type == kAlertRecord || type == kHandshakeRecord;
    if (!reader || !known_record(version) || length > kRecordMax) return any;
    if (!ours) {
      out.protected_ = any;
      return any;
    }
    const auto size = std::min(length, reader.remaining());
    const auto body = reader.take(size);
    any = true;
    if (type == kAlertRecord) {
      if (size == length) read_alert(body, out);
    } else {
      out.handshake.insert(out.handshake.end(), body.begin(), body.end());
    }
    if (size < length) break;
  }
  return any;
}

void read_extension(std::uint16_t type, BytesView body, TlsAnswer& out) {
  out.extensions.push_back(type);
  ByteReader reader(body);
  if (type == kSupportedVersions) {
    const auto version = reader.u16be();
    if (reader && version >> 8 == 3) out.version = version;
  }
  if (type == kAlpn) {
    reader.skip(2);
    const auto size = reader.u8();
    const auto name = reader.take(size);
    if (reader) out.alpn = escape_untrusted(as_text(name));
  }
}

bool read_hello(BytesView body, TlsAnswer& out) {
  ByteReader reader(body);
  out.version = reader.u16be();
  const auto random = reader.take(kRandomSize);
  const auto session = reader.u8();
  reader.skip(session);
  out.cipher = reader.u16be();
  reader.skip(1);  // compression
  if (!reader || session > 32 || !known_record(out.version)) {
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

// False where what should be a ServerHello is none.
bool read_handshake(BytesView messages, TlsAnswer& out) {
  ByteReader reader(messages);
  while (reader.remaining() >= 4) {
    const auto type = reader.u8();
    const auto length = reader.u24be();
    const auto body = reader.take(length);
    if (!reader) break;  // the rest has not come
    if (out.version == 0) {
      if (type == 0) continue;  // HelloRequest, RFC 5246 §7.4.1.1
      if (type != kServerHello || !read_hello(body, out)) return false;
      continue;
    }
    if (type == kCertificate) read_certificates(body, out);
    if (type == kHelloDone) out.complete = true;
  }
  return true;
}

}  // namespace

std::string_view to_string(TlsVersion version) { return second_of(kNames, version); }
std::string_view to_string(TlsKeys keys) { return second_of(kKeyNames, keys); }
std::string_view to_string(TlsEnd end) { return second_of(kEndNames, end); }
std::uint16_t number_of(TlsVersion version) { return second_of(kNumbers, version); }
std::optional<TlsVersion> parse_tls_version(std::string_view text) {
  return first_of(kNames, text);
}
std::optional<TlsVersion> tls_version_of(std::uint16_t number) {
  return first_of(kNumbers, number);
}

std::optional<TlsAnswer> parse_tls_answer(BytesView stream) {
  Unwrapped held;
  if (!unwrap(stream, held)) return std::nullopt;
  TlsAnswer out;
  if (!read_handshake(held.handshake, out)) return std::nullopt;
  out.alert = held.alert;
  // 1.3 goes on under keys that we do not make.
  const bool sealed = out.version >= number_of(TlsVersion::tls13);
  out.complete = out.complete || held.closed || held.protected_ || sealed;
  return out;
}

Bytes write_tls_record(const TlsRecordOfAnswer& record) {
  auto raw = to_bytes(fmt::format("{} {} {}\n", to_string(record.asked), to_string(record.keys),
                                  to_string(record.end)));
  raw.insert(raw.end(), record.stream.begin(), record.stream.end());
  return raw;
}

std::optional<TlsRecordOfAnswer> read_tls_record(BytesView raw) {
  constexpr std::size_t kLineMax = 32;
  const auto head = as_text(raw).substr(0, kLineMax);
  const auto line_end = head.find('\n');
  if (line_end == std::string_view::npos) return std::nullopt;
  const auto words = split(head.substr(0, line_end), ' ');
  if (words.size() != 3) return std::nullopt;
  const auto asked = first_of(kNames, std::string_view(words[0]));
  const auto keys = first_of(kKeyNames, std::string_view(words[1]));
  const auto end = first_of(kEndNames, std::string_view(words[2]));
  if (!asked || !keys || !end) return std::nullopt;
  return TlsRecordOfAnswer{*asked, *keys, *end, raw.subspan(line_end + 1)};
}

}  // namespace qingdan::net
