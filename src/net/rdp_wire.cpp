// rdp_wire — see the header.
#include "qingdan/net/rdp_wire.h"

namespace qingdan::net {

namespace {

constexpr std::uint8_t kTpktVersion = 3;  // RFC 1006 §6
constexpr std::size_t kTpktHeader = 4;
constexpr std::size_t kConfirmMax = 256;           // a confirm has 11 or 19 bytes
constexpr std::uint8_t kConnectionRequest = 0xE0;  // X.224 §13.3
constexpr std::uint8_t kConnectionConfirm = 0xD0;  // X.224 §13.4
constexpr std::uint8_t kNegotiationRequest = 1;    // [MS-RDPBCGR] 2.2.1.1.1
constexpr std::uint8_t kNegotiationResponse = 2;   // 2.2.1.2.1
constexpr std::uint8_t kNegotiationFailure = 3;    // 2.2.1.2.2
constexpr std::uint16_t kNegotiationLength = 8;
constexpr std::uint32_t kTlsOrCredSsp = 0x1 | 0x2 | 0x8;

}  // namespace

Bytes build_rdp_connection_request() {
  ByteWriter out;
  out.u8(kTpktVersion).u8(0).u16be(kTpktHeader + 7 + kNegotiationLength);
  out.u8(6 + kNegotiationLength).u8(kConnectionRequest);
  out.u16be(0).u16be(0).u8(0);  // destination, source, class 0
  out.u8(kNegotiationRequest).u8(0).u16le(kNegotiationLength).u32le(kTlsOrCredSsp);
  return std::move(out).take();
}

Extent measure_rdp_confirm(BytesView stream) {
  using State = Extent::State;
  if (!stream.empty() && stream[0] != kTpktVersion) return {State::foreign, 0};
  if (stream.size() < kTpktHeader) return {};
  ByteReader reader(stream.subspan(2));
  const std::size_t length = reader.u16be();
  if (length < kTpktHeader + 7 || length > kConfirmMax) return {State::foreign, 0};
  return length <= stream.size() ? Extent{State::whole, length} : Extent{};
}

std::optional<RdpConfirm> parse_rdp_confirm(BytesView stream) {
  const auto extent = measure_rdp_confirm(stream);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(stream.first(extent.size).subspan(kTpktHeader));
  reader.skip(1);
  const auto code = reader.u8();
  if ((code & 0xF0) != kConnectionConfirm) return std::nullopt;
  reader.skip(5);
  RdpConfirm confirm;
  const auto type = reader.u8();
  const auto flags = reader.u8();
  const auto length = reader.u16le();
  const auto value = reader.u32le();
  if (!reader || length != kNegotiationLength) return confirm;
  if (type == kNegotiationResponse) {
    confirm.negotiation = RdpConfirm::Negotiation::selected;
    confirm.flags = flags;
    confirm.protocol = value;
  } else if (type == kNegotiationFailure) {
    confirm.negotiation = RdpConfirm::Negotiation::refused;
    confirm.failure = value;
  }
  return confirm;
}

}  // namespace qingdan::net
