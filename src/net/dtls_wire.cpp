// dtls_wire — see the header.
#include "qingdan/net/dtls_wire.h"

#include <array>

namespace qingdan::net {

namespace {

constexpr std::uint8_t kAlert = 21, kHandshake = 22;  // RFC 5246 §6.2.1
constexpr std::uint8_t kClientHello = 1, kServerHello = 2, kHelloVerify = 3;
constexpr std::uint16_t kVersion10 = 0xFEFF, kVersion12 = 0xFEFD;  // RFC 6347 §4.1
constexpr std::size_t kHandshakeHeader = 12;                       // §4.2.2
constexpr std::size_t kRandomSize = 32;

// What servers of VPNs, telephony, lamps and meters have between them; 0x00FF is RFC 5746's signal.
constexpr std::array<std::uint16_t, 16> kCiphers{0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8,
                                                 0xC0AE, 0xC0A8, 0xC009, 0xC013, 0xC00A, 0xC014,
                                                 0x009C, 0x002F, 0x0035, 0x00FF};
constexpr std::array<std::uint16_t, 3> kGroups{0x001D, 0x0017, 0x0018};  // RFC 8422 §5.1.1
constexpr std::array<std::uint16_t, 7> kSignatures{0x0403, 0x0401, 0x0804, 0x0503,
                                                   0x0501, 0x0601, 0x0201};

template <std::size_t N>
void put_list(ByteWriter& out, const std::array<std::uint16_t, N>& values) {
  out.u16be(static_cast<std::uint16_t>(N * 2));
  for (const auto value : values) out.u16be(value);
}

template <std::size_t N>
void put_list_extension(ByteWriter& out, std::uint16_t type,
                        const std::array<std::uint16_t, N>& values) {
  out.u16be(type).u16be(static_cast<std::uint16_t>(N * 2 + 2));
  put_list(out, values);
}

std::string version_text(std::uint16_t version) {
  if (version == kVersion10) return "1.0";
  if (version == kVersion12) return "1.2";
  return "";
}

bool read_handshake(ByteReader& reader, DtlsReply& reply) {
  const auto type = reader.u8();
  reader.skip(3);  // length
  const auto sequence = reader.u16be();
  const auto offset = reader.u24be();
  reader.skip(3);  // length of the fragment
  const auto version = reader.u16be();
  if (!reader || offset != 0 || sequence > 1 || version_text(version).empty()) return false;
  reply.version = version_text(version);
  if (type == kHelloVerify) {
    const auto size = reader.u8();
    reader.skip(size);
    reply.kind = DtlsReply::Kind::verify_request;
    return reader.ok();
  }
  if (type != kServerHello) return false;
  reader.skip(kRandomSize);
  const auto session = reader.u8();
  reader.skip(session);
  reply.kind = DtlsReply::Kind::server_hello;
  reply.cipher = reader.u16be();
  return reader.ok();
}

}  // namespace

Bytes build_dtls_client_hello(std::uint64_t seed) {
  ByteWriter hello;
  hello.u16be(kVersion12).u64be(seed).u64be(~seed).u64be(seed * 0x9E37'79B9'7F4A'7C15U);
  hello.u64be(seed ^ 0x6A09'E667'F3BC'C908U);
  hello.u8(0).u8(0);  // no session, no cookie
  put_list(hello, kCiphers);
  hello.u8(1).u8(0);  // no compression
  ByteWriter extensions;
  put_list_extension(extensions, 10, kGroups);
  extensions.u16be(11).u16be(2).u8(1).u8(0);  // uncompressed points
  put_list_extension(extensions, 13, kSignatures);
  extensions.u16be(23).u16be(0);  // RFC 7627
  hello.u16be(static_cast<std::uint16_t>(extensions.size())).bytes(extensions.view());
  const auto size = static_cast<std::uint32_t>(hello.size());
  ByteWriter out;
  // §4.2.1: the first record says 1.0, so that servers of that age read it.
  out.u8(kHandshake).u16be(kVersion10).u16be(0).u16be(0).u32be(0);
  out.u16be(static_cast<std::uint16_t>(kHandshakeHeader + size));
  out.u8(kClientHello).u24be(size).u16be(0).u24be(0).u24be(size).bytes(hello.view());
  return std::move(out).take();
}

std::optional<DtlsReply> parse_dtls_reply(BytesView datagram) {
  ByteReader outer(datagram);
  const auto type = outer.u8();
  const auto version = outer.u16be();
  const auto epoch = outer.u16be();
  outer.skip(6);  // sequence
  const auto length = outer.u16be();
  ByteReader reader(outer.take(length));
  if (!outer || epoch != 0 || version_text(version).empty()) return std::nullopt;
  DtlsReply reply;
  reply.version = version_text(version);
  if (type == kHandshake) {
    if (read_handshake(reader, reply)) return reply;
    return std::nullopt;
  }
  if (type != kAlert || length != 2) return std::nullopt;
  const auto level = reader.u8();
  reply.alert = reader.u8();
  if (level != 1 && level != 2) return std::nullopt;
  return reply;
}

}  // namespace qingdan::net
