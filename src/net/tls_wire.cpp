// tls_wire — see the header. Building is in tls_hello_build.cpp.
#include "qingdan/net/tls_wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "net/tls_flight.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kAlertRecord = 21, kHandshakeRecord = 22;  // RFC 8446 §5.1
// RFC 5246 §6.2.3: a protected record may be 2048 longer than a plain one.
constexpr std::size_t kRecordMax = (1U << 14U) + 2048;
constexpr std::array<std::pair<TlsVersion, std::string_view>, 8> kNames{
    {{TlsVersion::tlcp, "TLCP"},
     {TlsVersion::tls10, "TLSv1.0"},
     {TlsVersion::tls11, "TLSv1.1"},
     {TlsVersion::tls12, "TLSv1.2"},
     {TlsVersion::tls13, "TLSv1.3"},
     {TlsVersion::dtls10, "DTLSv1.0"},
     {TlsVersion::dtls12, "DTLSv1.2"},
     {TlsVersion::dtls13, "DTLSv1.3"}}};
constexpr std::array<std::pair<TlsVersion, std::uint16_t>, 8> kNumbers{
    {{TlsVersion::tlcp, 0x0101},  // GB/T 38636-2020 §6.3.3.2
     {TlsVersion::tls10, 0x0301},
     {TlsVersion::tls11, 0x0302},
     {TlsVersion::tls12, 0x0303},
     {TlsVersion::tls13, 0x0304},
     {TlsVersion::dtls10, 0xFEFF},  // RFC 6347 §4.1, RFC 9147 §5.3
     {TlsVersion::dtls12, 0xFEFD},
     {TlsVersion::dtls13, 0xFEFC}}};
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
  TlsAlerts alerts;
  bool protected_{false};  // what follows is encrypted: no more for us
};

// False where the first record is none.
bool unwrap(BytesView stream, Unwrapped& out) {
  ByteReader reader(stream);
  bool any = false;
  while (!out.alerts.closed && !out.protected_ && reader.remaining() > 0) {
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
      if (size == length && !read_tls_alert(body, out.alerts)) out.protected_ = true;
    } else {
      out.handshake.insert(out.handshake.end(), body.begin(), body.end());
    }
    if (size < length) break;
  }
  return any;
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
  if (!read_tls_flight(held.handshake, known_record, out)) return std::nullopt;
  out.alert = held.alerts.first;
  // 1.3 goes on under keys that we do not make.
  const bool sealed = out.version >= number_of(TlsVersion::tls13);
  out.complete = out.complete || held.alerts.closed || held.protected_ || sealed;
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
