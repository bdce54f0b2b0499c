// stun_wire — see the header.
#include "qingdan/net/stun_wire.h"

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr std::uint32_t kMagic = 0x2112'A442;  // RFC 8489 §5
constexpr std::uint16_t kRequest = 0x0001, kSuccess = 0x0101, kError = 0x0111;
constexpr std::uint16_t kErrorCode = 0x0009, kSoftware = 0x8022;  // §18.3
constexpr std::size_t kHeader = 20, kTransaction = 12;
constexpr std::size_t kSoftwareMax = 763;  // §14.14: fewer than 128 characters, 763 bytes at most
constexpr int kAttributesMax = 64;

}  // namespace

Bytes build_stun_binding(std::uint64_t id) {
  ByteWriter out;
  out.u16be(kRequest).u16be(0).u32be(kMagic);
  out.u64be(id).u32be(static_cast<std::uint32_t>(id >> 32));
  return std::move(out).take();
}

Extent measure_stun(BytesView stream) {
  // Byte by byte, so that other protocols are let go at once.
  if (!stream.empty() && stream[0] != kSuccess >> 8) return {State::foreign, 0};
  ByteReader reader(stream);
  const auto type = reader.u16be();
  if (reader && type != kSuccess && type != kError) return {State::foreign, 0};
  const std::size_t size = reader.u16be();
  if (reader && (size % 4 != 0 || size > kStunBodyMax)) return {State::foreign, 0};
  const auto magic = reader.u32be();
  if (reader && magic != kMagic) return {State::foreign, 0};
  return !reader || stream.size() < kHeader + size ? Extent{}
                                                   : Extent{State::whole, kHeader + size};
}

std::optional<StunReply> parse_stun(BytesView message) {
  const auto extent = measure_stun(message);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(message.first(extent.size));
  StunReply reply;
  reply.success = reader.u16be() == kSuccess;
  reader.skip(2 + 4);
  const auto transaction = reader.take(kTransaction);
  reply.transaction.assign(transaction.begin(), transaction.end());
  for (int i = 0; i < kAttributesMax && reader.remaining() > 0; ++i) {
    const auto type = reader.u16be();
    const std::size_t size = reader.u16be();
    const auto value = reader.take(size);
    reader.skip((4 - size % 4) % 4);  // §14: padded to four bytes
    if (!reader) return std::nullopt;
    if (type == kSoftware && size <= kSoftwareMax) reply.software = trim(as_text(value));
    // §14.8: class in three bits, number 0 to 99.
    if (type == kErrorCode && size >= 4) reply.error = (value[2] & 7) * 100 + value[3];
  }
  return reply;
}

}  // namespace qingdan::net
