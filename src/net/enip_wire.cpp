// enip_wire — see the header. Integers are little-endian, but for the socket address, which we
// skip.
#include "qingdan/net/enip_wire.h"

#include <algorithm>

namespace qingdan::net {
namespace {

constexpr std::size_t kHeader = 24;
constexpr std::size_t kReplyMax = 4096;
constexpr std::uint16_t kListIdentity = 0x0063;
constexpr std::uint16_t kIdentityItem = 0x000C;
// Command and the sender's context (bytes 12 to 19), which the peer returns as it got it.
constexpr std::size_t kContext = 12;
constexpr std::uint8_t kOurContext[8] = {'q', 'd', 'a', 'n', 0, 0, 0, 1};

std::uint16_t word_at(BytesView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8);
}

std::uint32_t double_at(BytesView bytes, std::size_t at) {
  return word_at(bytes, at) | static_cast<std::uint32_t>(word_at(bytes, at + 2)) << 16;
}

}  // namespace

Bytes build_enip_list_identity() {
  Bytes request(kHeader, 0);
  request[0] = kListIdentity & 0xFF;
  std::copy(std::begin(kOurContext), std::end(kOurContext), request.begin() + kContext);
  return request;
}

Extent measure_enip_reply(BytesView stream) {
  using State = Extent::State;
  if (!stream.empty() && stream[0] != (kListIdentity & 0xFF)) return {State::foreign, 0};
  if (stream.size() > 1 && stream[1] != 0) return {State::foreign, 0};
  if (stream.size() < kHeader) return {State::partial, 0};
  if (!std::equal(std::begin(kOurContext), std::end(kOurContext), stream.begin() + kContext)) {
    return {State::foreign, 0};
  }
  const auto size = kHeader + word_at(stream, 2);
  if (size > kReplyMax) return {State::foreign, 0};
  return {stream.size() >= size ? State::whole : State::partial, size};
}

std::optional<EnipIdentity> parse_enip_identity(BytesView stream) {
  const auto extent = measure_enip_reply(stream);
  if (!extent.whole() || double_at(stream, 8) != 0) return std::nullopt;
  const auto data = stream.subspan(kHeader, extent.size - kHeader);
  // Item count, then of the first item: type, length, protocol version, socket address (16),
  // vendor, type, code, revision, status, serial number, name.
  constexpr std::size_t kVendor = 2 + 4 + 2 + 16;
  constexpr std::size_t kName = kVendor + 14;
  if (data.size() <= kName || word_at(data, 0) == 0 || word_at(data, 2) != kIdentityItem) {
    return std::nullopt;
  }
  const std::size_t end = 6 + static_cast<std::size_t>(word_at(data, 4));
  const std::size_t name_size = data[kName];
  if (end > data.size() || kName + 1 + name_size > end) return std::nullopt;
  EnipIdentity identity;
  identity.vendor = word_at(data, kVendor);
  identity.device_type = word_at(data, kVendor + 2);
  identity.product_code = word_at(data, kVendor + 4);
  identity.major = data[kVendor + 6];
  identity.minor = data[kVendor + 7];
  identity.serial = double_at(data, kVendor + 10);
  identity.product_name = std::string(as_text(data.subspan(kName + 1, name_size)));
  return identity;
}

}  // namespace qingdan::net
