// bacnet_wire — see the header.
#include "qingdan/net/bacnet_wire.h"

#include <algorithm>
#include <array>

namespace qingdan::net {
namespace {

constexpr std::uint8_t kBacnetIp = 0x81;                    // annex J.2.1.1
constexpr std::uint8_t kUnicast = 0x0A, kBroadcast = 0x0B;  // J.2.11, J.2.12
constexpr std::uint8_t kForwarded = 0x04;                   // J.2.5: with the address it came from
constexpr std::uint8_t kVersion = 1, kExpectsReply = 0x04;  // §6.2.1, §6.2.2
constexpr std::uint8_t kNetworkMessage = 0x80, kTo = 0x20, kFrom = 0x08;
constexpr std::uint8_t kConfirmed = 0x00, kUnconfirmed = 0x10, kComplexAck = 0x30, kError = 0x50,
                       kReject = 0x60, kAbort = 0x70;  // §20.1, upper four bits
constexpr std::uint8_t kReadProperty = 12, kIAm = 0, kWhoIs = 8;
constexpr std::uint32_t kThisDevice = 8U << 22 | 4'194'303;  // object type 8: device
constexpr std::uint32_t kInstanceMask = (1U << 22) - 1;
constexpr std::uint8_t kUtf8 = 0;  // §20.2.9

bool is_ours(std::uint8_t property) {
  constexpr std::array kAsked{BacnetProperty::model_name, BacnetProperty::object_name,
                              BacnetProperty::vendor_name};
  return std::any_of(kAsked.begin(), kAsked.end(), [&](BacnetProperty one) {
    return static_cast<std::uint8_t>(one) == property;
  });
}

Bytes datagram(BytesView apdu, bool expects_reply) {
  constexpr std::size_t kHead = 6;
  ByteWriter out;
  out.u8(kBacnetIp).u8(kUnicast).u16be(static_cast<std::uint16_t>(kHead + apdu.size()));
  out.u8(kVersion).u8(expects_reply ? kExpectsReply : 0).bytes(apdu);
  return std::move(out).take();
}

// The APDU of a datagram; empty where there is none.
BytesView read_apdu(BytesView bytes) {
  ByteReader reader(bytes);
  if (reader.u8() != kBacnetIp) return {};
  const auto function = reader.u8();
  const auto length = reader.u16be();
  if (!reader || length != bytes.size()) return {};
  if (function == kForwarded) reader.skip(6);
  if (function != kUnicast && function != kBroadcast && function != kForwarded) return {};
  const auto version = reader.u8();
  const auto control = reader.u8();
  if (!reader || version != kVersion || (control & kNetworkMessage) != 0) return {};
  if ((control & kTo) != 0) {
    reader.skip(2);
    reader.skip(reader.u8());
  }
  if ((control & kFrom) != 0) {
    reader.skip(2);
    reader.skip(reader.u8());
  }
  if ((control & kTo) != 0) reader.skip(1);  // hop count
  return reader.rest();
}

// An application-tagged value: its number and content (§20.2.1).
struct Tagged {
  std::uint8_t tag{0xFF};
  BytesView content;
};
Tagged read_tagged(ByteReader& reader) {
  const auto head = reader.u8();
  std::size_t length = head & 7;
  const bool application = (head & 8) == 0;
  if (length == 5) length = reader.u8();
  if (length == 254) length = reader.u16be();
  if (length == 255) length = reader.u32be();
  Tagged found{static_cast<std::uint8_t>(head >> 4), reader.take(length)};
  if (!reader || !application) found.tag = 0xFF;
  return found;
}

std::uint64_t number_of(BytesView content) {
  std::uint64_t value = 0;
  for (const auto byte : content.first(std::min<std::size_t>(content.size(), 8))) {
    value = value << 8 | byte;
  }
  return value;
}

// ReadProperty-ACK, §15.5.1.2: object, property, value between the tags 3E and 3F.
std::optional<BacnetReply> read_value(ByteReader reader, std::uint8_t invoke) {
  BacnetReply reply;
  reply.kind = BacnetReply::Kind::value;
  const auto object_tag = reader.u8();
  reader.skip(4);
  const auto property_tag = reader.u8();
  const auto property = reader.u8();
  if (object_tag != 0x0C || property_tag != 0x19 || property != invoke) return std::nullopt;
  if (reader.u8() != 0x3E) return std::nullopt;
  const auto value = read_tagged(reader);
  constexpr std::uint8_t kCharacterString = 7;
  if (!reader || value.tag != kCharacterString || value.content.empty()) return std::nullopt;
  reply.property = static_cast<BacnetProperty>(property);
  if (value.content[0] == kUtf8) reply.text = std::string(as_text(value.content.subspan(1)));
  return reply;
}

std::optional<BacnetReply> read_i_am(ByteReader reader) {
  BacnetReply reply;
  reply.kind = BacnetReply::Kind::i_am;
  constexpr std::uint8_t kUnsigned = 2, kEnumerated = 9, kObject = 12;
  const auto object = read_tagged(reader);
  const auto most = read_tagged(reader);
  const auto segments = read_tagged(reader);
  const auto vendor = read_tagged(reader);
  const bool form = object.tag == kObject && most.tag == kUnsigned && segments.tag == kEnumerated &&
                    vendor.tag == kUnsigned && object.content.size() == 4;
  if (!form) return std::nullopt;
  reply.instance = static_cast<std::uint32_t>(number_of(object.content)) & kInstanceMask;
  reply.vendor = static_cast<std::uint16_t>(number_of(vendor.content));
  return reply;
}

}  // namespace

// The number of the property serves as invoke id, so that an error tells what it is about.
Bytes build_bacnet_read(BacnetProperty property) {
  const auto number = static_cast<std::uint8_t>(property);
  ByteWriter apdu;
  apdu.u8(kConfirmed).u8(0x05).u8(number).u8(kReadProperty);  // one segment of 1476 at most
  apdu.u8(0x0C).u32be(kThisDevice).u8(0x19).u8(number);
  return datagram(apdu.view(), true);
}

Bytes build_bacnet_who_is() {
  const Bytes apdu{kUnconfirmed, kWhoIs};
  return datagram(apdu, false);
}

std::optional<BacnetReply> parse_bacnet_reply(BytesView bytes) {
  const auto apdu = read_apdu(bytes);
  if (apdu.size() < 2) return std::nullopt;
  ByteReader reader(apdu);
  const auto kind = static_cast<std::uint8_t>(reader.u8() & 0xF0);
  const auto second = reader.u8();  // invoke id, or the service of what is unconfirmed
  if (kind == kUnconfirmed) {
    if (second != kIAm) return std::nullopt;
    return read_i_am(reader);
  }
  if (!is_ours(second)) return std::nullopt;
  if (kind == kReject || kind == kAbort) {
    return BacnetReply{BacnetReply::Kind::error, static_cast<BacnetProperty>(second), {}, 0, 0};
  }
  if (reader.u8() != kReadProperty || !reader) return std::nullopt;
  if (kind == kError) {
    return BacnetReply{BacnetReply::Kind::error, static_cast<BacnetProperty>(second), {}, 0, 0};
  }
  if (kind != kComplexAck) return std::nullopt;
  return read_value(reader, second);
}

}  // namespace qingdan::net
