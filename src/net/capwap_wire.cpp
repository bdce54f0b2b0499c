// capwap_wire — see the header.
#include "qingdan/net/capwap_wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

// RFC 5415 §4.5.1.1; those of enterprise 0 are IETF's.
constexpr std::uint32_t kRequest = 1, kResponse = 2;
// §4.6, and RFC 5416 §6 for what begins at 1024.
constexpr std::uint16_t kAcDescriptor = 1, kAcName = 4, kDiscoveryType = 20, kVendorSpecific = 37,
                        kBoardData = 38, kDescriptor = 39, kTunnelMode = 41, kMacType = 44,
                        kRadioInformation = 1048;
// §4.6.1: what goes before the versions; their types.
constexpr std::size_t kAcFixed = 12;
constexpr std::uint16_t kHardware = 4, kSoftware = 5;
// RFC 5612: an enterprise number that is nobody's, so that no controller takes us for one of a
// maker's access points.
constexpr std::uint32_t kNobody = 32473;
constexpr std::uint8_t kWireless = 1;                        // §4.3, WBID: IEEE 802.11
constexpr std::uint8_t kHeaderWords = 2;                     // §4.3, HLEN
constexpr std::size_t kControlHeader = 8;                    // §4.5.1
constexpr std::uint8_t kFragment = 0x80, kKeepAlive = 0x08;  // §4.3, F and K in the fourth byte
constexpr int kElementsMax = 64;

void put_element(ByteWriter& out, std::uint16_t type, BytesView value) {
  out.u16be(type).u16be(static_cast<std::uint16_t>(value.size())).bytes(value);
}
void put_element(ByteWriter& out, std::uint16_t type, std::uint8_t value) {
  put_element(out, type, BytesView(&value, 1));
}

Bytes elements_of_request() {
  ByteWriter out;
  put_element(out, kDiscoveryType, 1);  // §4.6.21: told the address by its settings
  ByteWriter board;                     // §4.6.40: model and serial number
  board.u32be(kNobody).u16be(0).u16be(7).text("qingdan").u16be(1).u16be(1).text("0");
  put_element(out, kBoardData, board.view());
  ByteWriter descriptor;  // §4.6.41: one radio, none in use, no encryption
  descriptor.u8(1).u8(0).u8(1).u8(kWireless).u16be(0);
  // Versions of hardware, software and boot software.
  for (std::uint16_t type = 0; type < 3; ++type) {
    descriptor.u32be(kNobody).u16be(type).u16be(1).text("1");
  }
  put_element(out, kDescriptor, descriptor.view());
  put_element(out, kTunnelMode, 0x02);  // §4.6.43: it would bridge locally
  put_element(out, kMacType, 0);        // §4.6.44: local
  ByteWriter radio;                     // RFC 5416 §6.25: the first radio, of 802.11g
  radio.u8(1).u32be(4);
  put_element(out, kRadioInformation, radio.view());
  return std::move(out).take();
}

// Makers disagree: some write text, Cisco four numbers.
std::string version_text(BytesView value) {
  value = value.first(std::min(value.size(), kCapwapTextMax));
  const auto text = trim(as_text(value));
  const bool readable = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F;
  });
  if (readable) return std::string(text);
  if (value.size() == 4) return fmt::format("{}.{}.{}.{}", value[0], value[1], value[2], value[3]);
  // C strings.
  const auto head = text.substr(0, text.find('\0'));
  return head.size() > 1 && is_utf8(head) ? std::string(head) : to_hex(value);
}

void read_descriptor(BytesView value, CapwapAnswer& answer) {
  ByteReader reader(value);
  answer.stations = reader.u16be();
  reader.skip(2);
  answer.access_points = reader.u16be();
  answer.access_points_max = reader.u16be();
  reader.skip(4);
  for (int i = 0; i < kElementsMax && !reader.at_end(); ++i) {
    const auto vendor = reader.u32be();
    const auto type = reader.u16be();
    const auto length = reader.u16be();
    const auto text = reader.take(length);
    if (!reader) return;
    if (answer.vendor == 0) answer.vendor = vendor;
    if (type == kHardware) answer.hardware = version_text(text);
    if (type == kSoftware) answer.software = version_text(text);
  }
}

void read_element(std::uint16_t type, BytesView value, CapwapAnswer& answer) {
  if (type == kAcDescriptor) read_descriptor(value, answer);
  if (type == kAcName) {
    answer.name = std::string(as_text(value.first(std::min(value.size(), kCapwapTextMax))));
  }
  if (type == kVendorSpecific && answer.vendor == 0) answer.vendor = ByteReader(value).u32be();
}

}  // namespace

Bytes build_capwap_discovery(std::uint8_t sequence) {
  const auto elements = elements_of_request();
  ByteWriter out;
  // §4.3: version 0 in the clear, no radio, 802.11, no flags; no fragment.
  out.u8(0).u8(kHeaderWords << 3).u8(kWireless << 1).u8(0).u32be(0);
  // §4.5.1.3: the length counts what follows the sequence number, itself and the flags included.
  out.u32be(kRequest).u8(sequence);
  out.u16be(static_cast<std::uint16_t>(elements.size() + 3)).u8(0).bytes(elements);
  return std::move(out).take();
}

std::optional<CapwapAnswer> parse_capwap_answer(BytesView datagram) {
  ByteReader head(datagram);
  const auto preamble = head.u8();
  const std::size_t header = (head.u8() >> 3) * 4U;
  head.skip(1);
  const auto flags = head.u8();
  if (!head || preamble != 0 || header < 8 || (flags & (kFragment | kKeepAlive)) != 0) return {};
  ByteReader reader(datagram);
  reader.skip(header);
  CapwapAnswer answer;
  const auto type = reader.u32be();
  answer.sequence = reader.u8();
  const std::size_t length = reader.u16be();
  reader.skip(1);
  if (!reader || type != kResponse || length < 3) return std::nullopt;
  // Some count the elements alone; what there is decides.
  ByteReader elements(datagram.subspan(header + kControlHeader));
  bool described = false;
  for (int i = 0; i < kElementsMax && !elements.at_end(); ++i) {
    const auto kind = elements.u16be();
    const auto size = elements.u16be();
    const auto value = elements.take(size);
    if (!elements) break;
    described = described || (kind == kAcDescriptor && size >= kAcFixed);
    read_element(kind, value, answer);
  }
  // The one element that every answer must have, §5.2.
  if (!described) return std::nullopt;
  return answer;
}

}  // namespace qingdan::net
