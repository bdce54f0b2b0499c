// ntp_wire — see the header.
#include "qingdan/net/ntp_wire.h"

#include <algorithm>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::uint8_t kModeClient = 3;  // RFC 5905 §7.3, figure 10
constexpr std::uint8_t kModeControl = 6;
constexpr std::uint8_t kVersion = 4;
constexpr std::uint8_t kControlVersion = 2;  // RFC 9327 §2: what every server accepts
constexpr std::uint8_t kReadVariables = 2;   // RFC 9327 §2
constexpr std::size_t kTimeSize = 48;
constexpr std::size_t kControlHeader = 12;
constexpr std::size_t kControlDataMax = 468;  // RFC 9327 §2: at most 480 bytes in all
constexpr std::size_t kJoinedMax = 16'384;
constexpr std::size_t kVariablesMax = 256;
constexpr std::uint64_t kUnixEpochInNtp = 2'208'988'800;  // RFC 5905 §6: 1900 to 1970, seconds

double short_format_ms(std::uint32_t value) {
  return static_cast<double>(value) * 1000.0 / 65536.0;
}

// RFC 5905 §6: an era is 2^32 s; a first bit of zero is read as era 1 (from 2036 on).
UnixMillis unix_of(std::uint64_t timestamp) {
  if (timestamp == 0) return {};
  std::uint64_t seconds = timestamp >> 32;
  if ((seconds & 0x8000'0000U) == 0) seconds += std::uint64_t{1} << 32;
  const std::uint64_t fraction = timestamp & 0xFFFF'FFFFU;
  return {static_cast<std::int64_t>((seconds - kUnixEpochInNtp) * 1000 + (fraction * 1000 >> 32))};
}

std::string reference_text(BytesView id, std::uint8_t stratum) {
  if (stratum <= 1) {
    std::string text(as_text(id));
    text.resize(std::min(text.find('\0'), text.size()));
    return text;
  }
  std::string text;
  for (const auto byte : id) text += (text.empty() ? "" : ".") + std::to_string(byte);
  return text;
}

}  // namespace

Bytes build_ntp_client_request(std::uint64_t cookie) {
  ByteWriter out;
  out.u8(kVersion << 3 | kModeClient).fill(39).u64be(cookie);
  return std::move(out).take();
}

Bytes build_ntp_read_variables(std::uint16_t sequence) {
  ByteWriter out;
  out.u8(kControlVersion << 3 | kModeControl).u8(kReadVariables).u16be(sequence);
  out.fill(kControlHeader - 4);  // status, association 0 = the system, offset, count
  return std::move(out).take();
}

std::optional<NtpTime> parse_ntp_time(BytesView datagram) {
  if (datagram.size() < kTimeSize) return std::nullopt;
  ByteReader reader(datagram);
  NtpTime time;
  const auto first = reader.u8();
  time.leap = first >> 6;
  time.version = first >> 3 & 7;
  time.mode = first & 7;
  if (time.mode == kModeControl || time.version == 0) return std::nullopt;
  time.stratum = reader.u8();
  time.poll = static_cast<std::int8_t>(reader.u8());
  time.precision = static_cast<std::int8_t>(reader.u8());
  time.root_delay_ms = short_format_ms(reader.u32be());
  time.root_dispersion_ms = short_format_ms(reader.u32be());
  time.reference = reference_text(reader.take(4), time.stratum);
  reader.skip(8);
  time.origin = reader.u64be();
  reader.skip(8);
  time.transmit = unix_of(reader.u64be());
  return time;
}

std::optional<NtpControl> parse_ntp_control(BytesView datagram) {
  ByteReader reader(datagram);
  const auto first = reader.u8();
  const auto flags = reader.u8();
  NtpControl control;
  control.version = first >> 3 & 7;
  control.response = (flags & 0x80) != 0;
  control.error = (flags & 0x40) != 0;
  control.more = (flags & 0x20) != 0;
  control.operation = flags & 0x1F;
  control.sequence = reader.u16be();
  control.status = reader.u16be();
  control.association = reader.u16be();
  control.offset = reader.u16be();
  const std::size_t count = reader.u16be();
  if (!reader || (first & 7) != kModeControl || count > kControlDataMax) return std::nullopt;
  const auto data = reader.take(count);
  if (!reader) return std::nullopt;
  control.data = std::string(as_text(data));
  return control;
}

std::optional<std::string> join_ntp_control(const std::vector<NtpControl>& fragments) {
  std::vector<const NtpControl*> ordered;
  for (const auto& fragment : fragments) ordered.push_back(&fragment);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return a->offset < b->offset; });
  std::string joined;
  for (const auto* fragment : ordered) {
    if (fragment->offset < joined.size()) continue;  // sent twice
    if (fragment->offset > joined.size() || joined.size() > kJoinedMax) return std::nullopt;
    joined += fragment->data;
    if (!fragment->more) return joined;
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> parse_ntp_variables(std::string_view data) {
  std::vector<std::pair<std::string, std::string>> variables;
  while (!data.empty() && variables.size() < kVariablesMax) {
    bool quoted = false;
    std::size_t stop = 0;
    while (stop < data.size() && (quoted || data[stop] != ',')) quoted ^= data[stop++] == '"';
    const auto item = trim(data.substr(0, stop));
    data.remove_prefix(std::min(stop + 1, data.size()));
    const auto equals = item.find('=');
    auto value = equals == item.npos ? std::string_view{} : trim(item.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    const auto name = trim(item.substr(0, equals));
    if (!name.empty()) variables.emplace_back(name, value);
  }
  return variables;
}

}  // namespace qingdan::net
