// tds_wire — see the header.
#include "qingdan/net/tds_wire.h"

#include <fmt/format.h>

#include <array>

namespace qingdan::net {
namespace {

constexpr std::uint8_t kPrelogin = 0x12, kTabular = 0x04, kEndOfMessage = 0x01;  // 2.2.3.1
constexpr std::size_t kHeader = 8;
constexpr std::uint8_t kVersion = 0, kEncryption = 1, kInstance = 2, kThread = 3, kMars = 4,
                       kTerminator = 0xFF;  // 2.2.6.5
constexpr std::size_t kVersionSize = 6;

struct Option {
  std::uint8_t token;
  std::uint16_t size;
};
constexpr std::array<Option, 5> kOptions{
    {{kVersion, 6}, {kEncryption, 1}, {kInstance, 1}, {kThread, 4}, {kMars, 1}}};

}  // namespace

Bytes build_tds_prelogin() {
  constexpr std::size_t kTable = kOptions.size() * 5 + 1;
  ByteWriter body;
  auto offset = static_cast<std::uint16_t>(kTable);
  for (const auto& option : kOptions) {
    body.u8(option.token).u16be(offset).u16be(option.size);
    offset = static_cast<std::uint16_t>(offset + option.size);
  }
  body.u8(kTerminator);
  // Version 11, encryption off but possible, no instance, no thread, one result at a time.
  body.u8(11).u8(0).u16be(0).u16be(0).u8(0).u8(0).u32be(0).u8(0);
  ByteWriter out;
  out.u8(kPrelogin).u8(kEndOfMessage).u16be(static_cast<std::uint16_t>(kHeader + body.size()));
  out.u16be(0).u8(0).u8(0).bytes(body.view());
  return std::move(out).take();
}

Extent measure_tds_prelogin(BytesView stream) {
  using State = Extent::State;
  if (!stream.empty() && stream[0] != kTabular) return {State::foreign, 0};
  if (stream.size() < kHeader) return {};
  ByteReader reader(stream);
  reader.skip(1);
  const auto status = reader.u8();
  const std::size_t size = reader.u16be();
  if (status != kEndOfMessage || size < kHeader + 1 || size > kTdsPacketMax)
    return {State::foreign, 0};
  return stream.size() < size ? Extent{} : Extent{State::whole, size};
}

std::optional<TdsPrelogin> parse_tds_prelogin(BytesView packet) {
  const auto extent = measure_tds_prelogin(packet);
  if (!extent.whole()) return std::nullopt;
  const auto body = packet.first(extent.size).subspan(kHeader);
  ByteReader table(body);
  TdsPrelogin found;
  constexpr int kOptionsMax = 32;
  for (int i = 0; i < kOptionsMax; ++i) {
    const auto token = table.u8();
    if (!table || token == kTerminator) break;
    const std::size_t offset = table.u16be(), size = table.u16be();
    if (!table || offset > body.size() || size > body.size() - offset) return std::nullopt;
    ByteReader value(body.subspan(offset, size));
    if (token == kVersion && size >= kVersionSize) {
      const auto major = value.u8(), minor = value.u8();
      const auto build = value.u16be();
      found.version = fmt::format("{}.{}.{}", major, minor, build);
      found.sub_build = value.u16be();
    }
    if (token == kEncryption && size == 1) found.encryption = value.u8();
  }
  if (found.version.empty()) return std::nullopt;
  return found;
}

}  // namespace qingdan::net
