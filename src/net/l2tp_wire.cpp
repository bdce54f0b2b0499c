// l2tp_wire — see the header.
#include "qingdan/net/l2tp_wire.h"

namespace qingdan::net {

namespace {

constexpr std::uint16_t kControl = 0xC802;      // RFC 2661 §3.1: T, L, S set, version 2
constexpr std::uint16_t kControlMask = 0xC80F;  // the bits that must be so in every control message
constexpr std::size_t kHeaderSize = 12;
constexpr std::uint16_t kMandatory = 0x8000;  // §4.1
constexpr std::uint16_t kHidden = 0x4000;
constexpr std::uint16_t kLengthMask = 0x03FF;
constexpr std::size_t kAvpHeader = 6;
constexpr int kAvpsMax = 64;
// §4.4
constexpr std::uint16_t kMessageType = 0, kResultCode = 1, kProtocolVersion = 2, kFraming = 3,
                        kFirmware = 6, kHostName = 7, kVendorName = 8, kAssignedTunnel = 9,
                        kWindow = 10;
constexpr std::uint16_t kStartRequest = 1, kStartReply = 2, kStop = 4;  // §3.2

void put_avp(ByteWriter& out, std::uint16_t type, BytesView value) {
  out.u16be(static_cast<std::uint16_t>(kMandatory | (kAvpHeader + value.size())));
  out.u16be(0).u16be(type).bytes(value);
}
void put_avp(ByteWriter& out, std::uint16_t type, std::uint16_t value) {
  ByteWriter bytes;
  bytes.u16be(value);
  put_avp(out, type, bytes.view());
}

struct Numbers {
  std::uint16_t tunnel, sent, expected;
};
Bytes control(const Numbers& numbers, BytesView avps) {
  ByteWriter out;
  out.u16be(kControl).u16be(static_cast<std::uint16_t>(kHeaderSize + avps.size()));
  out.u16be(numbers.tunnel).u16be(0).u16be(numbers.sent).u16be(numbers.expected).bytes(avps);
  return std::move(out).take();
}

void read_avp(std::uint16_t type, BytesView value, L2tpReply& reply) {
  ByteReader reader(value);
  if (type == kMessageType) reply.message = reader.u16be();
  if (type == kAssignedTunnel) reply.peer_tunnel = reader.u16be();
  if (type == kFirmware) reply.firmware = reader.u16be();
  if (type == kHostName) reply.host = std::string(as_text(value));
  if (type == kVendorName) reply.vendor = std::string(as_text(value));
  // §4.4.2: result code, error code, then a text.
  if (type == kResultCode && value.size() > 4) reply.error = std::string(as_text(value.subspan(4)));
}

}  // namespace

Bytes build_l2tp_start(std::uint16_t tunnel) {
  ByteWriter avps;
  put_avp(avps, kMessageType, kStartRequest);
  put_avp(avps, kProtocolVersion, 0x0100);
  ByteWriter framing;
  framing.u32be(3);  // both kinds
  put_avp(avps, kFraming, framing.view());
  put_avp(avps, kHostName, as_bytes("qingdan"));
  put_avp(avps, kAssignedTunnel, tunnel);
  put_avp(avps, kWindow, 4);
  return control({0, 0, 0}, avps.view());
}

Bytes build_l2tp_stop(std::uint16_t peer_tunnel, std::uint16_t tunnel) {
  ByteWriter avps;
  put_avp(avps, kMessageType, kStop);
  put_avp(avps, kAssignedTunnel, tunnel);
  put_avp(avps, kResultCode, 1);  // §4.4.2: a request to clear the connection
  return control({peer_tunnel, 1, 1}, avps.view());
}

std::optional<L2tpReply> parse_l2tp_reply(BytesView datagram) {
  ByteReader reader(datagram);
  const auto flags = reader.u16be();
  const std::size_t length = reader.u16be();
  L2tpReply reply;
  reply.tunnel = reader.u16be();
  reader.skip(6);
  if (!reader || (flags & kControlMask) != kControl) return std::nullopt;
  if (length < kHeaderSize || length > datagram.size()) return std::nullopt;
  ByteReader avps(datagram.subspan(kHeaderSize, length - kHeaderSize));
  for (int i = 0; i < kAvpsMax && avps.remaining() >= kAvpHeader; ++i) {
    const auto head = avps.u16be();
    const auto vendor = avps.u16be();
    const auto type = avps.u16be();
    const std::size_t size = head & kLengthMask;
    if (size < kAvpHeader) return std::nullopt;
    const auto value = avps.take(size - kAvpHeader);
    if (!avps) return std::nullopt;
    if (vendor == 0 && (head & kHidden) == 0) read_avp(type, value, reply);
  }
  const bool answers =
      reply.message == kStartReply || reply.message == kStop || length == kHeaderSize;
  if (!answers) return std::nullopt;
  return reply;
}

}  // namespace qingdan::net
