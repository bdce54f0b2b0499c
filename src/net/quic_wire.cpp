// quic_wire — see the header.
#include "qingdan/net/quic_wire.h"

#include <cstdio>

namespace qingdan::net {

namespace {

constexpr std::uint8_t kLongHeader = 0x80;        // RFC 8999 §5.1
constexpr std::uint8_t kInitial = 0xC0;           // RFC 9000 §17.2.2: with the fixed bit
constexpr std::uint32_t kReserved = 0x1A2A'3A4A;  // §15: 0x?a?a?a?a forces negotiation
constexpr std::uint32_t kReservedMask = 0x0F0F'0F0F, kReservedBits = 0x0A0A'0A0A;
constexpr std::size_t kDatagramMin = 1200;  // §14.1
constexpr std::size_t kVersionsMax = 64;
constexpr std::uint8_t kIdSize = 8;

}  // namespace

Bytes build_quic_probe(std::uint64_t destination, std::uint64_t source) {
  ByteWriter out;
  out.u8(kInitial).u32be(kReserved).u8(kIdSize).u64be(destination).u8(kIdSize).u64be(source);
  out.fill(kDatagramMin - out.size());
  return std::move(out).take();
}

std::optional<QuicVersions> parse_quic_versions(BytesView datagram) {
  ByteReader reader(datagram);
  const auto first = reader.u8();
  const auto version = reader.u32be();
  QuicVersions said;
  const auto destination_size = reader.u8();
  said.destination = reader.u64be();
  const auto source_size = reader.u8();
  said.source = reader.u64be();
  if (!reader || (first & kLongHeader) == 0 || version != 0) return std::nullopt;
  if (destination_size != kIdSize || source_size != kIdSize) return std::nullopt;
  if (reader.remaining() == 0 || reader.remaining() % 4 != 0) return std::nullopt;
  while (reader.remaining() >= 4 && said.versions.size() < kVersionsMax) {
    const auto one = reader.u32be();
    if ((one & kReservedMask) != kReservedBits) said.versions.push_back(one);
  }
  return said;
}

std::string quic_version_name(std::uint32_t version) {
  constexpr std::uint32_t kVersion2 = 0x6B33'43CF;  // RFC 9369 §3.1
  if (version == 1) return "1";
  if (version == kVersion2) return "2";
  if (version >> 8 == 0xFF0000) return "draft-" + std::to_string(version & 0xFF);
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += static_cast<char>(version >> shift & 0xFF);
  }
  const bool google = (text[0] == 'Q' || text[0] == 'T') && text[1] == '0';
  if (google && text[2] >= '0' && text[2] <= '9' && text[3] >= '0' && text[3] <= '9') return text;
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", version);
  return hex;
}

}  // namespace qingdan::net
