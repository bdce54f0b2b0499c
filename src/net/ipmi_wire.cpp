// ipmi_wire — see the header.
#include "qingdan/net/ipmi_wire.h"

#include <array>
#include <string_view>

namespace qingdan::net {

namespace {

constexpr std::uint8_t kRmcpVersion = 0x06;  // IPMI 2.0 §13.1.3
constexpr std::uint8_t kNoAck = 0xFF;        // sequence number of messages that want no RMCP ack
constexpr std::uint8_t kClassAsf = 0x06;
constexpr std::uint8_t kClassIpmi = 0x07;
constexpr std::uint32_t kAsfEnterprise = 4542;  // ASF 2.0 §3.2.4.1
constexpr std::uint8_t kPing = 0x80;
constexpr std::uint8_t kPong = 0x40;

constexpr std::uint8_t kBmc = 0x20;              // §5.5, slave address of the controller
constexpr std::uint8_t kRemoteConsole = 0x81;    // software id of a remote console
constexpr std::uint8_t kRequestApp = 0x06 << 2;  // network function App, LUN 0
constexpr std::uint8_t kResponseApp = 0x07 << 2;
constexpr std::uint8_t kGetCapabilities = 0x38;
constexpr std::uint8_t kThisChannel = 0x0E;
constexpr std::uint8_t kTellV20 = 0x80;  // §22.13: say what belongs to IPMI 2.0 too
constexpr std::uint8_t kUser = 0x02;

// §13.8: two's complement of the sum.
std::uint8_t checksum(std::initializer_list<std::uint8_t> bytes) {
  std::uint8_t sum = 0;
  for (const auto byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
  return static_cast<std::uint8_t>(0U - sum);
}

bool skip_rmcp(ByteReader& reader, std::uint8_t message_class) {
  const auto version = reader.u8();
  reader.skip(2);
  const auto said = reader.u8();
  // Bit 7 of the class marks an acknowledgement, which carries no message.
  return reader.ok() && version == kRmcpVersion && said == message_class;
}

std::vector<std::string> types_of(std::uint8_t bits) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 5> kTypes{
      {{0x01, "none"}, {0x02, "md2"}, {0x04, "md5"}, {0x10, "password"}, {0x20, "oem"}}};
  std::vector<std::string> types;
  for (const auto& [bit, word] : kTypes) {
    if ((bits & bit) != 0) types.emplace_back(word);
  }
  return types;
}

}  // namespace

Bytes build_asf_ping(std::uint8_t tag) {
  ByteWriter out;
  out.u8(kRmcpVersion).u8(0).u8(kNoAck).u8(kClassAsf);
  out.u32be(kAsfEnterprise).u8(kPing).u8(tag).u8(0).u8(0);
  return std::move(out).take();
}

Bytes build_ipmi_auth_capabilities(std::uint8_t sequence) {
  const auto numbered = static_cast<std::uint8_t>((sequence & 0x3F) << 2);
  const std::uint8_t channel = kTellV20 | kThisChannel;
  ByteWriter out;
  out.u8(kRmcpVersion).u8(0).u8(kNoAck).u8(kClassIpmi);
  out.u8(0).u32le(0).u32le(0).u8(9);  // no authentication, no session; nine bytes of message
  out.u8(kBmc).u8(kRequestApp).u8(checksum({kBmc, kRequestApp}));
  out.u8(kRemoteConsole).u8(numbered).u8(kGetCapabilities).u8(channel).u8(kUser);
  out.u8(checksum({kRemoteConsole, numbered, kGetCapabilities, channel, kUser}));
  return std::move(out).take();
}

std::optional<AsfPong> parse_asf_pong(BytesView datagram) {
  ByteReader reader(datagram);
  if (!skip_rmcp(reader, kClassAsf)) return std::nullopt;
  const auto enterprise = reader.u32be();
  const auto type = reader.u8();
  AsfPong pong;
  pong.tag = reader.u8();
  reader.skip(2);
  pong.enterprise = reader.u32be();
  reader.skip(4);
  pong.ipmi = (reader.u8() & 0x80) != 0;
  if (!reader || enterprise != kAsfEnterprise || type != kPong) return std::nullopt;
  return pong;
}

std::optional<IpmiCapabilities> parse_ipmi_capabilities(BytesView datagram) {
  ByteReader reader(datagram);
  if (!skip_rmcp(reader, kClassIpmi)) return std::nullopt;
  const auto authentication = reader.u8();
  reader.skip(8);
  if (authentication != 0) return std::nullopt;  // what we ask is never answered inside a session
  const auto length = reader.u8();
  ByteReader message(reader.take(length));
  message.skip(1);
  const auto function = message.u8();
  message.skip(2);
  IpmiCapabilities said;
  said.sequence = message.u8() >> 2;
  const auto command = message.u8();
  said.completion = message.u8();
  if (!reader || !message) return std::nullopt;
  if (function != kResponseApp || command != kGetCapabilities) return std::nullopt;
  if (said.completion != 0) return said;
  said.channel = message.u8();
  const auto types = message.u8();
  const auto status = message.u8();
  const auto extended = message.u8();
  said.oem = message.u24le();
  if (!message) return std::nullopt;
  said.types = types_of(types);
  // §22.13: without bit 7 the byte of extended capabilities is reserved and means IPMI 1.5.
  said.v20 = (types & 0x80) != 0 && (extended & 0x02) != 0;
  said.v15 = (types & 0x80) == 0 || (extended & 0x01) != 0;
  said.kg_set = (status & 0x20) != 0;
  said.null_users = (status & 0x02) != 0;
  said.anonymous = (status & 0x01) != 0;
  return said;
}

}  // namespace qingdan::net
