// vnc_wire — reading an RFB server's version and security types.
#include "qingdan/net/vnc_wire.h"

#include <algorithm>
#include <array>
#include <utility>

namespace qingdan::net {
namespace {

constexpr std::size_t kVersionSize = 12;  // "RFB 003.008\n"
constexpr std::size_t kRefusalMax = 4096;

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// The minor version both sides then speak: 3, 7 or 8. Apple sends 003.889, RealVNC 004 and 005;
// all of them speak 3.8.
int agreed_minor(const VncStream& stream) {
  if (stream.major > 3 || stream.minor >= 8) return 8;
  return stream.minor == 7 ? 7 : 3;  // RFC 6143 §7.1.1: others are to be treated as 3.3
}

void read_refusal(ByteReader reader, VncStream& stream) {
  const auto length = reader.u32be();
  if (!reader) return;
  if (length > kRefusalMax) {
    stream.complete = true;
    return;
  }
  stream.complete = reader.remaining() >= length;
  const auto there = std::min<std::size_t>(length, reader.remaining());
  stream.refusal = std::string(as_text(reader.take(there)));
}

}  // namespace

VncStream parse_vnc_stream(BytesView bytes) {
  VncStream stream;
  const auto text = as_text(bytes);
  constexpr std::string_view kShape = "RFB ";
  if (text.substr(0, 4) != kShape.substr(0, std::min<std::size_t>(4, text.size()))) {
    stream.complete = true;
    return stream;
  }
  if (text.size() < kVersionSize) return stream;
  const bool good = are_digits(text.substr(4, 3)) && text[7] == '.' &&
                    are_digits(text.substr(8, 3)) && text[11] == '\n';
  if (!good) {
    stream.complete = true;
    return stream;
  }
  stream.version = std::string(text.substr(4, 7));
  stream.major = number(text.substr(4, 3));
  stream.minor = number(text.substr(8, 3));
  ByteReader reader(bytes.subspan(kVersionSize));
  if (agreed_minor(stream) == 3) {
    const auto type = reader.u32be();  // the server decides (RFC 6143 §7.1.2)
    if (!reader) return stream;
    if (type == 0) {
      read_refusal(reader, stream);
      return stream;
    }
    if (type <= 0xFF) stream.security.push_back(static_cast<std::uint8_t>(type));
    stream.complete = true;
    return stream;
  }
  const auto count = reader.u8();
  if (!reader) return stream;
  if (count == 0) {
    read_refusal(reader, stream);
    return stream;
  }
  const auto types = reader.take(std::min<std::size_t>(count, reader.remaining()));
  stream.security.assign(types.begin(), types.end());
  stream.complete = types.size() == count;
  return stream;
}

Bytes build_vnc_version(const VncStream& server) {
  if (server.version.empty()) return {};
  return to_bytes("RFB 003.00" + std::to_string(agreed_minor(server)) + "\n");
}

std::string_view vnc_security_name(std::uint8_t type) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 16> kNames{
      {{1, "None"},
       {2, "VNC Authentication"},
       {5, "RA2"},
       {6, "RA2ne"},
       {7, "SSPI"},
       {8, "SSPIne"},
       {16, "Tight"},
       {17, "Ultra"},
       {18, "TLS"},
       {19, "VeNCrypt"},
       {20, "SASL"},
       {21, "MD5 hash"},
       {22, "xvp"},
       {23, "Secure Tunnel"},
       {24, "Integrated SSH"},
       {30, "Apple Remote Desktop"}}};
  for (const auto& [number, name] : kNames) {
    if (number == type) return name;
  }
  return {};
}

}  // namespace qingdan::net
