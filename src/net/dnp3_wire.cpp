// dnp3_wire — see the header. Numbers are little-endian.
#include "qingdan/net/dnp3_wire.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kStart[2] = {0x05, 0x64};
constexpr std::size_t kHeader = 10, kCovered = 8;  // the CRC covers what comes before it
constexpr std::uint8_t kLeast = 5;                 // control and addresses
constexpr std::uint8_t kRequestStatus = 0xC9;      // from a master, primary, function 9
constexpr std::uint8_t kPrimary = 0x40, kFromMaster = 0x80;
constexpr std::uint16_t kSelf = 0xFFFC;
constexpr std::uint16_t kOurs = 0x0001;

// CRC-16 of polynomial 3D65, reflected, complemented.
std::uint16_t checksum(BytesView bytes) {
  std::uint16_t sum = 0;
  for (const auto byte : bytes) {
    sum = static_cast<std::uint16_t>(sum ^ byte);
    for (int bit = 0; bit < 8; ++bit) {
      sum = static_cast<std::uint16_t>((sum & 1) != 0 ? (sum >> 1) ^ 0xA6BC : sum >> 1);
    }
  }
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

Bytes build_dnp3_link_status() {
  Bytes frame{kStart[0],    kStart[1],  kLeast,       kRequestStatus,
              kSelf & 0xFF, kSelf >> 8, kOurs & 0xFF, kOurs >> 8};
  const auto sum = checksum(frame);
  frame.push_back(static_cast<std::uint8_t>(sum));
  frame.push_back(static_cast<std::uint8_t>(sum >> 8));
  return frame;
}

Extent measure_dnp3_reply(BytesView stream) {
  using State = Extent::State;
  for (std::size_t i = 0; i < sizeof kStart && i < stream.size(); ++i) {
    if (stream[i] != kStart[i]) return {State::foreign, 0};
  }
  if (stream.size() < kHeader) return {State::partial, 0};
  // A frame of the link alone, from a station, as an answer.
  const bool answer = stream[2] == kLeast && (stream[3] & (kPrimary | kFromMaster)) == 0;
  return {answer ? State::whole : State::foreign, answer ? kHeader : 0};
}

std::optional<Dnp3Link> parse_dnp3_reply(BytesView stream) {
  if (!measure_dnp3_reply(stream).whole()) return std::nullopt;
  const auto told = static_cast<std::uint16_t>(stream[8] | stream[9] << 8);
  if (checksum(stream.first(kCovered)) != told) return std::nullopt;
  Dnp3Link link;
  link.function = stream[3] & 0x0F;
  link.station = static_cast<std::uint16_t>(stream[6] | stream[7] << 8);
  return link;
}

}  // namespace qingdan::net
