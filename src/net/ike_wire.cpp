// ike_wire — see the header.
#include "qingdan/net/ike_wire.h"

#include <algorithm>
#include <array>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::size_t kHeaderSize = 28;  // RFC 2408 §3.1, RFC 7296 §3.1
constexpr std::uint8_t kVersion1 = 0x10, kVersion2 = 0x20;
constexpr std::uint8_t kMainMode = 2, kInformational1 = 5;  // RFC 2408 §3.1
constexpr std::uint8_t kInit2 = 34;                         // RFC 7296 §3.1
constexpr std::uint8_t kFromInitiator = 0x08, kResponse = 0x20;
constexpr std::uint8_t kEncrypted1 = 0x01;
constexpr std::uint8_t kSa1 = 1, kNotify1 = 11, kVendor1 = 13;  // RFC 2408 §3.1
constexpr std::uint8_t kSa2 = 33, kKey2 = 34, kNonce2 = 40, kNotify2 = 41, kVendor2 = 43;
constexpr int kPayloadsMax = 64;
constexpr std::size_t kVendorMax = 64;

// What a gateway of the last twenty years takes by default. RFC 2409, appendix A, as IANA keeps it:
// AES-CBC 7, 3DES 5; SHA-1 2, SHA-256 4, MD5 1; groups 2, 5, 14.
struct Suite1 {
  std::uint16_t cipher, key_bits, hash, group;
};
constexpr std::array<Suite1, 8> kSuites1{{{7, 256, 4, 14},
                                          {7, 128, 4, 14},
                                          {7, 256, 2, 14},
                                          {7, 128, 2, 14},
                                          {7, 256, 2, 2},
                                          {7, 128, 2, 5},
                                          {5, 0, 2, 2},
                                          {5, 0, 1, 2}}};
constexpr std::array<std::uint16_t, 2> kAuthentications1{1, 3};  // pre-shared key, RSA signature

void put_attribute(ByteWriter& out, std::uint16_t type, std::uint16_t value) {
  out.u16be(static_cast<std::uint16_t>(0x8000 | type)).u16be(value);  // RFC 2408 §3.3, short form
}

Bytes transform1(const Suite1& suite, std::uint16_t authentication, std::uint8_t number,
                 bool last) {
  ByteWriter attributes;
  put_attribute(attributes, 1, suite.cipher);
  if (suite.key_bits != 0) put_attribute(attributes, 14, suite.key_bits);
  put_attribute(attributes, 2, suite.hash);
  put_attribute(attributes, 3, authentication);
  put_attribute(attributes, 4, suite.group);
  put_attribute(attributes, 11, 1);      // life in seconds
  put_attribute(attributes, 12, 28800);  // eight hours
  ByteWriter out;
  out.u8(last ? 0 : 3).u8(0).u16be(static_cast<std::uint16_t>(attributes.size() + 8));
  out.u8(number).u8(1).u16be(0).bytes(attributes.view());  // 1 = KEY_IKE
  return std::move(out).take();
}

Bytes sa1() {
  ByteWriter transforms;
  const auto total = kSuites1.size() * kAuthentications1.size();
  std::uint8_t number = 0;
  for (const auto& suite : kSuites1) {
    for (const auto authentication : kAuthentications1) {
      ++number;
      transforms.bytes(transform1(suite, authentication, number, number == total));
    }
  }
  ByteWriter out;
  out.u8(0).u8(0).u16be(static_cast<std::uint16_t>(12 + 8 + transforms.size()));
  out.u32be(1).u32be(1);  // the Internet's DOI, identity only (RFC 2407 §4.2)
  out.u8(0).u8(0).u16be(static_cast<std::uint16_t>(8 + transforms.size()));
  out.u8(1).u8(1).u8(0).u8(static_cast<std::uint8_t>(total)).bytes(transforms.view());
  return std::move(out).take();
}

// RFC 7296 §3.3.2; `key_bits` 0 = none stated.
void put_transform2(ByteWriter& out, std::uint8_t type, std::uint16_t id, std::uint16_t key_bits) {
  out.u8(3).u8(0).u16be(key_bits == 0 ? 8 : 12).u8(type).u8(0).u16be(id);
  if (key_bits != 0) put_attribute(out, 14, key_bits);
}

void put_proposal2(ByteWriter& out, std::uint8_t number, std::uint8_t count, ByteWriter transforms,
                   bool last) {
  auto bytes = std::move(transforms).take();
  // The last transform ends the list: it is always the group, eight bytes.
  bytes[bytes.size() - 8] = 0;
  out.u8(last ? 0 : 2).u8(0).u16be(static_cast<std::uint16_t>(8 + bytes.size()));
  out.u8(number).u8(1).u8(0).u8(count).bytes(bytes);
}

Bytes sa2() {
  ByteWriter classic;
  for (const std::uint16_t bits : {256, 128}) put_transform2(classic, 1, 12, bits);  // AES-CBC
  put_transform2(classic, 1, 3, 0);                                                  // 3DES
  for (const std::uint16_t prf : {5, 2}) put_transform2(classic, 2, prf, 0);
  for (const std::uint16_t integrity : {12, 2}) put_transform2(classic, 3, integrity, 0);
  put_transform2(classic, 4, 14, 0);
  ByteWriter sealed;
  for (const std::uint16_t bits : {256, 128}) put_transform2(sealed, 1, 20, bits);  // AES-GCM
  for (const std::uint16_t prf : {5, 2}) put_transform2(sealed, 2, prf, 0);
  put_transform2(sealed, 4, 14, 0);
  ByteWriter out;
  put_proposal2(out, 1, 8, std::move(classic), false);
  put_proposal2(out, 2, 5, std::move(sealed), true);
  return std::move(out).take();
}

void put_payload2(ByteWriter& out, std::uint8_t next, BytesView body) {
  out.u8(next).u8(0).u16be(static_cast<std::uint16_t>(4 + body.size())).bytes(body);
}

struct Head {
  std::uint8_t next, version, exchange, flags;
};
Bytes message(std::uint64_t cookie, const Head& head, BytesView payloads, bool nat_port) {
  ByteWriter out;
  if (nat_port) out.u32be(0);
  out.u64be(cookie).u64be(0).u8(head.next).u8(head.version).u8(head.exchange).u8(head.flags);
  out.u32be(0).u32be(static_cast<std::uint32_t>(kHeaderSize + payloads.size())).bytes(payloads);
  return std::move(out).take();
}

// RFC 2409 appendix A and RFC 2408 §3.3: short attributes alone, as the choice of a suite has them.
std::string read_chosen1(ByteReader& body) {
  body.skip(8);  // DOI, situation
  body.skip(6);  // proposal: next, length, number, protocol
  const auto spi = body.u8();
  body.skip(1U + spi);
  body.skip(8);  // transform: next, length, number, id
  std::string chosen;
  while (body.remaining() >= 4 && chosen.size() < 64) {
    const auto type = body.u16be();
    const auto value = body.u16be();
    if ((type & 0x8000) == 0) {
      body.skip(value);
      continue;
    }
    const auto name = (type & 0x7FFF) == 1   ? "enc"
                      : (type & 0x7FFF) == 2 ? "hash"
                      : (type & 0x7FFF) == 3 ? "auth"
                      : (type & 0x7FFF) == 4 ? "group"
                                             : "";
    if (*name == '\0') continue;
    chosen += (chosen.empty() ? "" : " ") + std::string(name) + "=" + std::to_string(value);
  }
  return chosen;
}

void read_payload(std::uint8_t type, BytesView body, IkeReply& reply) {
  ByteReader reader(body);
  if (type == kSa1 || type == kSa2) {
    reply.accepted = true;
    if (type == kSa1) reply.chosen = read_chosen1(reader);
    return;
  }
  if (type == kVendor1 || type == kVendor2) {
    reply.vendors.push_back(to_hex(body.first(std::min(body.size(), kVendorMax))));
    return;
  }
  if (type != kNotify1 && type != kNotify2) return;
  if (type == kNotify1) reader.skip(4);  // DOI
  reader.skip(2);                        // protocol, size of the SPI
  const auto notice = reader.u16be();
  if (reader) reply.notices.push_back(notice);
}

void read_payloads(std::uint8_t type, ByteReader& reader, IkeReply& reply) {
  for (int i = 0; type != 0; ++i) {
    const auto next = reader.u8();
    reader.skip(1);
    const auto length = reader.u16be();
    if (!reader || length < 4 || i == kPayloadsMax) {
      reply.truncated = true;
      return;
    }
    const auto body = reader.take(length - 4U);
    if (!reader) {
      reply.truncated = true;
      return;
    }
    read_payload(type, body, reply);
    type = next;
  }
}

}  // namespace

Bytes build_ike1_main_mode(std::uint64_t cookie, bool nat_port) {
  return message(cookie, {kSa1, kVersion1, kMainMode, 0}, sa1(), nat_port);
}

Bytes build_ike2_init(std::uint64_t cookie, bool nat_port) {
  ByteWriter payloads;
  put_payload2(payloads, kKey2, sa2());
  // RFC 3526 §3: the generator is 2 and the prime's upper bits are all one, so 2^2047 is its own
  // residue, a proper element of the group that takes no arithmetic.
  ByteWriter key;
  key.u16be(14).u16be(0).u8(0x80).fill(255);
  put_payload2(payloads, kNonce2, key.view());
  // RFC 7296 §3.9 wants 16 to 256 bytes; no key will come of them, so they need not be secret.
  ByteWriter nonce;
  nonce.u64be(cookie).u64be(~cookie).u64be(cookie * 0x9E37'79B9'7F4A'7C15U).u64be(cookie ^ 0x5A5A);
  put_payload2(payloads, 0, nonce.view());
  return message(cookie, {kSa2, kVersion2, kInit2, kFromInitiator}, payloads.view(), nat_port);
}

std::optional<IkeReply> parse_ike_reply(BytesView datagram) {
  // RFC 3948 §2.2: on port 4500 four zeros tell IKE from ESP; no initiator's cookie begins so.
  const auto view = datagram.size() > 4 && datagram[0] == 0 && datagram[1] == 0 &&
                            datagram[2] == 0 && datagram[3] == 0
                        ? datagram.subspan(4)
                        : datagram;
  ByteReader reader(view);
  IkeReply reply;
  reply.initiator = reader.u64be();
  reply.responder = reader.u64be();
  const auto next = reader.u8();
  const auto version = reader.u8();
  reply.major = version >> 4;
  reply.minor = version & 15;
  reply.exchange = reader.u8();
  const auto flags = reader.u8();
  reader.skip(4);
  const auto length = reader.u32be();
  if (!reader || length < kHeaderSize || length > view.size() || reply.initiator == 0) {
    return std::nullopt;
  }
  if (reply.major == 1) {
    const bool refusal = reply.exchange == kInformational1;
    if (reply.exchange != kMainMode && !refusal) return std::nullopt;
    if (reply.responder == 0 && !refusal) return std::nullopt;
    if ((flags & kEncrypted1) != 0) return reply;
  } else if (reply.major != 2 || (flags & kResponse) == 0) {
    return std::nullopt;
  }
  ByteReader payloads(view.subspan(kHeaderSize, length - kHeaderSize));
  read_payloads(next, payloads, reply);
  return reply;
}

}  // namespace qingdan::net
