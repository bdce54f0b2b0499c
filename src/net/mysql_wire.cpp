// mysql_wire — reading and building the first packet of a MySQL server.
#include "qingdan/net/mysql_wire.h"

#include <algorithm>

namespace qingdan::net {
namespace {

constexpr std::size_t kHeader = 4;  // three bytes of length, little-endian, one of sequence
constexpr std::uint8_t kErr = 0xFF;
constexpr std::uint8_t kProtocol9 = 9;
constexpr std::uint8_t kProtocol10 = 10;
constexpr std::uint32_t kPluginAuth = 0x00080000;  // CLIENT_PLUGIN_AUTH
constexpr std::string_view kMariaPrefix = "5.5.5-";

std::string text_of(BytesView bytes) { return std::string(as_text(bytes)); }

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

std::optional<MysqlHandshake> read_handshake(ByteReader reader) {
  MysqlHandshake shake;
  shake.protocol = reader.u8();
  shake.version = text_of(reader.until(0));
  shake.mariadb_prefix = shake.version.starts_with(kMariaPrefix);
  shake.connection = reader.u32le();
  if (!reader || shake.version.empty() || !is_printable(shake.version)) return std::nullopt;
  if (shake.protocol == kProtocol9) return shake;
  reader.skip(8 + 1);  // first half of the scramble, filler
  if (!reader) return std::nullopt;
  shake.capabilities = reader.u16le();
  if (reader.remaining() < 3) return shake;  // servers of before 4.1 end here
  shake.charset = reader.u8();
  shake.status = reader.u16le();
  shake.capabilities |= static_cast<std::uint32_t>(reader.u16le()) << 16;
  const std::size_t scramble = reader.u8();
  reader.skip(10);  // reserved
  if ((shake.capabilities & kPluginAuth) != 0) {
    reader.skip(std::max<std::size_t>(13, scramble > 8 ? scramble - 8 : 0));
    // Some kin leave out the closing zero.
    const auto rest = as_text(reader.rest());
    shake.auth_plugin = std::string(rest.substr(0, rest.find('\0')));
  }
  return shake;
}

std::optional<MysqlError> read_error(ByteReader reader) {
  MysqlError error;
  reader.skip(1);
  error.code = reader.u16le();
  if (!reader) return std::nullopt;
  error.message = text_of(reader.rest());
  // '#' and five characters only where the protocol has been agreed on, yet some send it at once.
  if (error.message.size() >= 6 && error.message[0] == '#') {
    error.sql_state = error.message.substr(1, 5);
    error.message.erase(0, 6);
  }
  while (error.message.ends_with('\0')) error.message.pop_back();
  return error;
}

}  // namespace

std::string_view MysqlHandshake::own_version() const {
  return mariadb_prefix ? std::string_view(version).substr(kMariaPrefix.size()) : version;
}

Extent mysql_extent(BytesView stream) {
  ByteReader reader(stream);
  const std::size_t length = reader.u24le();
  const auto sequence = reader.u8();
  if (!reader) return {Extent::State::partial, 0};
  // The first packet has number 0; MariaDB's early errors have 1 where a proxy spoke first.
  if (length == 0 || length > kMysqlPacketMax || sequence > 1) return {Extent::State::foreign, 0};
  const auto first = reader.u8();
  if (!reader) return {Extent::State::partial, 0};
  if (first != kErr && first != kProtocol10 && first != kProtocol9) {
    return {Extent::State::foreign, 0};
  }
  if (stream.size() < kHeader + length) return {Extent::State::partial, 0};
  return {Extent::State::whole, kHeader + length};
}

std::optional<MysqlGreeting> parse_mysql_greeting(BytesView stream) {
  const auto extent = mysql_extent(stream);
  if (!extent.whole()) return std::nullopt;
  const auto packet = stream.subspan(kHeader, extent.size - kHeader);
  MysqlGreeting greeting;
  if (packet[0] == kErr) {
    greeting.error = read_error(ByteReader(packet));
  } else {
    greeting.handshake = read_handshake(ByteReader(packet));
  }
  if (!greeting.error && !greeting.handshake) return std::nullopt;
  return greeting;
}

Bytes build_mysql_ssl_request(std::uint8_t charset) {
  // CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION,
  // CLIENT_PLUGIN_AUTH: what servers since 4.1 want to see of a client that speaks TLS.
  constexpr std::uint32_t kCapabilities =
      0x0000'0001 | 0x0000'0200 | 0x0000'0800 | 0x0000'8000 | 0x0008'0000;
  constexpr std::uint32_t kPacketMost = 0x0100'0000;
  ByteWriter out;
  out.u24le(32).u8(1);  // length; second packet of the connection
  out.u32le(kCapabilities).u32le(kPacketMost).u8(charset).fill(23);
  return std::move(out).take();
}

Bytes build_mysql_greeting(const MysqlGreeting& greeting) {
  ByteWriter body;
  if (greeting.handshake) {
    const auto& shake = *greeting.handshake;
    body.u8(shake.protocol).text(shake.version).u8(0).u32le(shake.connection);
    body.fill(8, 'a').u8(0);
    body.u16le(static_cast<std::uint16_t>(shake.capabilities)).u8(shake.charset);
    body.u16le(shake.status).u16le(static_cast<std::uint16_t>(shake.capabilities >> 16));
    const bool plugin = (shake.capabilities & kPluginAuth) != 0;
    body.u8(plugin ? 21 : 0).fill(10).fill(12, 'b').u8(0);
    if (plugin) body.text(shake.auth_plugin).u8(0);
  } else if (greeting.error) {
    body.u8(kErr).u16le(greeting.error->code);
    if (!greeting.error->sql_state.empty()) body.u8('#').text(greeting.error->sql_state);
    body.text(greeting.error->message);
  }
  ByteWriter packet;
  packet.u24le(static_cast<std::uint32_t>(body.size())).u8(0).bytes(body.view());
  return std::move(packet).take();
}

}  // namespace qingdan::net
