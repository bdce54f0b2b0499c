// daemon_wire — see the header.
#include "qingdan/net/daemon_wire.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "net/stream_text.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};
constexpr std::size_t kLineMax = 256;

// MQTT 5.0 §2.1.2: packet types, in the upper half of the first byte.
constexpr std::uint8_t kConnect = 0x10, kConnack = 0x20, kDisconnect = 0xE0;
constexpr std::uint8_t kCleanStart = 0x02;  // §3.1.2.4
constexpr std::uint16_t kKeepAliveS = 30;
constexpr std::uint8_t kMqtt5 = 5;

// One line that begins with `start` and ends in one of `ends`.
Extent measure_line(BytesView stream, std::string_view start, std::string_view ends) {
  const auto text = as_text(stream);
  if (!may_begin(text, start)) return kForeign;
  const auto end = text.find_first_of(ends);
  if (end != std::string_view::npos) return {State::whole, end + 1};
  return text.size() > kLineMax ? kForeign : Extent{};
}

// The value of "name: value" on a line of its own, without quotes.
std::string yaml_value(std::string_view text, std::string_view name) {
  const auto key = "\n" + std::string(name) + ": ";
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  auto value = text.substr(at + key.size());
  value = trim(value.substr(0, value.find('\n')));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return std::string(value);
}

// Variable Byte Integer, MQTT 5.0 §1.5.5; nothing where it is cut or goes on too long.
std::optional<std::size_t> read_length(ByteReader& reader) {
  std::size_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t byte = reader.u8();
    if (!reader) return std::nullopt;
    value |= (byte & 0x7F) << (7 * i);
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

std::string read_string(ByteReader& reader) {
  const auto size = reader.u16be();
  return std::string(as_text(reader.take(size)));
}

// One property of a CONNACK, MQTT 5.0 §3.2.2.3; false where it is none.
bool read_property(ByteReader& reader, MqttConnack& ack) {
  switch (reader.u8()) {
    case 0x12:
      ack.client_id = read_string(reader);
      break;
    case 0x1F:
      ack.text = read_string(reader);
      break;
    case 0x15:  // authentication method
    case 0x16:  // authentication data
    case 0x1A:  // response information
    case 0x1C:  // server reference
      read_string(reader);
      break;
    case 0x26:  // user property: a pair
      read_string(reader);
      read_string(reader);
      break;
    case 0x11:  // session expiry
    case 0x27:  // maximum packet size
      reader.skip(4);
      break;
    case 0x13:  // server keep alive
    case 0x21:  // receive maximum
    case 0x22:  // topic alias maximum
      reader.skip(2);
      break;
    case 0x24:  // maximum QoS
    case 0x25:  // retain available
    case 0x28:  // wildcard subscriptions
    case 0x29:  // subscription identifiers
    case 0x2A:  // shared subscriptions
      reader.skip(1);
      break;
    default:
      return false;
  }
  return static_cast<bool>(reader);
}

}  // namespace

Bytes build_beanstalk_stats() { return to_bytes("stats\r\n"); }
Bytes build_beanstalk_quit() { return to_bytes("quit\r\n"); }

Extent measure_beanstalk(BytesView stream) {
  constexpr std::string_view kOk = "OK ";
  const auto text = as_text(stream);
  const auto line = measure_line(stream, kOk, "\n");
  if (!line.whole()) return line;
  const auto digits = trim(text.substr(kOk.size(), line.size - kOk.size()));
  std::size_t size = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  const bool number = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  if (!number || size > kBeanstalkStatsMax) return kForeign;
  const auto all = line.size + size + 2;  // the body, then CR LF
  if (stream.size() < all) return {};
  const bool ours = text.substr(0, all).find("\ncurrent-jobs-urgent: ") != std::string_view::npos;
  return ours ? Extent{State::whole, all} : kForeign;
}

std::optional<BeanstalkStats> parse_beanstalk(BytesView stream) {
  const auto extent = measure_beanstalk(stream);
  if (!extent.whole()) return std::nullopt;
  const auto text = as_text(stream.first(extent.size));
  return BeanstalkStats{yaml_value(text, "version"), yaml_value(text, "hostname")};
}

Bytes build_gearman_version() { return to_bytes("version\r\n"); }

// Versions have a point: a number alone is what others say "OK" to.
Extent measure_gearman(BytesView stream) {
  constexpr std::string_view kOk = "OK ";
  const auto text = as_text(stream);
  const bool other = text.size() > kOk.size() && (text[kOk.size()] < '0' || text[kOk.size()] > '9');
  if (other) return kForeign;
  const auto line = measure_line(stream, kOk, "\n");
  const bool bare = line.whole() && text.substr(0, line.size).find('.') == std::string_view::npos;
  return bare ? kForeign : line;
}

std::optional<std::string> parse_gearman(BytesView stream) {
  const auto extent = measure_gearman(stream);
  if (!extent.whole()) return std::nullopt;
  return std::string(trim(as_text(stream.subspan(3, extent.size - 3))));
}

Bytes build_clamd_version() { return to_bytes(std::string_view("zVERSION\0", 9)); }

Extent measure_clamd(BytesView stream) {
  constexpr std::string_view kEnds("\0\n", 2);
  const auto said = measure_line(stream, "ClamAV ", kEnds);
  return said.foreign() ? measure_line(stream, "COMMAND UNAVAILABLE", kEnds) : said;
}

std::optional<std::string> parse_clamd(BytesView stream) {
  const auto extent = measure_clamd(stream);
  if (!extent.whole()) return std::nullopt;
  return std::string(trim(as_text(stream.first(extent.size - 1))));
}

Bytes build_mqtt_connect(std::uint8_t level) {
  ByteWriter body;
  body.u16be(4).text("MQTT").u8(level).u8(kCleanStart).u16be(kKeepAliveS);
  if (level == kMqtt5) body.u8(0);  // no properties
  body.u16be(0);                    // the server chooses the client identifier
  const auto bytes = std::move(body).take();
  ByteWriter out;
  out.u8(kConnect).u8(static_cast<std::uint8_t>(bytes.size())).bytes(bytes);
  return std::move(out).take();
}

Bytes build_mqtt_disconnect() { return {kDisconnect, 0}; }

Extent measure_mqtt(BytesView stream) {
  if (stream.empty()) return {};
  if (stream[0] != kConnack) return kForeign;
  ByteReader reader(stream.subspan(1));
  const auto size = read_length(reader);
  // A cut length is no longer than three bytes that all say "more".
  if (!size) return stream.size() < 5 ? Extent{} : kForeign;
  if (*size < 2 || *size > kMqttConnackMax) return kForeign;
  if (stream.size() > 1 + reader.position() && stream[1 + reader.position()] > 1) return kForeign;
  const auto all = 1 + reader.position() + *size;
  return stream.size() < all ? Extent{} : Extent{State::whole, all};
}

std::optional<MqttConnack> parse_mqtt(BytesView stream) {
  const auto extent = measure_mqtt(stream);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(stream.first(extent.size).subspan(1));
  read_length(reader);
  reader.skip(1);  // session present
  MqttConnack ack;
  ack.reason = reader.u8();
  if (reader.remaining() == 0) return ack;
  const auto size = read_length(reader);
  if (!size || *size != reader.remaining()) return std::nullopt;
  ack.has_properties = true;
  while (reader.remaining() > 0) {
    if (!read_property(reader, ack)) return std::nullopt;
  }
  return ack;
}

}  // namespace qingdan::net
