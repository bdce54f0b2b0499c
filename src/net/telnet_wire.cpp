// telnet_wire — one pass over a Telnet stream.
#include "qingdan/net/telnet_wire.h"

#include <algorithm>
#include <iterator>

namespace qingdan::net {
namespace {

// RFC 854, "TELNET command structure".
constexpr std::uint8_t kSe = 240;
constexpr std::uint8_t kSb = 250;
constexpr std::uint8_t kWill = 251;
constexpr std::uint8_t kWont = 252;
constexpr std::uint8_t kDo = 253;
constexpr std::uint8_t kDont = 254;
constexpr std::uint8_t kIac = 255;

// Passes over "option … IAC SE"; an IAC IAC inside is one byte of its data.
void skip_subnegotiation(ByteReader& reader) {
  while (reader) {
    reader.until(kIac);
    if (reader && reader.u8() == kSe) return;
  }
}

void read_command(ByteReader& reader, TelnetStream& stream) {
  const auto verb = reader.u8();
  if (verb == kIac) {
    stream.text += static_cast<char>(kIac);
  } else if (verb == kSb) {
    skip_subnegotiation(reader);
  } else if (verb >= kWill) {
    const auto option = reader.u8();
    if (reader && stream.commands.size() < kTelnetCommandsMax) {
      stream.commands.push_back({verb, option});
    }
  }
}

}  // namespace

TelnetStream parse_telnet(BytesView bytes) {
  TelnetStream stream;
  ByteReader reader(bytes);
  while (reader.remaining() > 0) {
    const auto byte = reader.u8();
    if (byte == kIac) {
      read_command(reader, stream);
      continue;
    }
    const bool filler = byte == 0 && (stream.text.empty() || stream.text.back() == '\r');
    if (!filler) stream.text += static_cast<char>(byte);
  }
  stream.cut = !reader;
  return stream;
}

Bytes build_refusals(const TelnetStream& stream, std::size_t from) {
  ByteWriter writer;
  const auto& all = stream.commands;
  for (std::size_t i = from; i < all.size(); ++i) {
    const auto here = all.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(all.begin(), here, *here) != here) continue;
    if (here->verb == kDo) writer.u8(kIac).u8(kWont).u8(here->option);
    if (here->verb == kWill) writer.u8(kIac).u8(kDont).u8(here->option);
  }
  return std::move(writer).take();
}

}  // namespace qingdan::net
