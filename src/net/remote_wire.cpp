// remote_wire — see the header.
#include "qingdan/net/remote_wire.h"

#include <algorithm>
#include <string_view>

#include "net/json_members.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr std::uint32_t kPptpMagic = 0x1A2B'3C4D;  // RFC 2637 §1.4
constexpr std::uint16_t kPptpSize = 156, kPptpVersion = 0x0100;
constexpr std::uint8_t kDsiReply = 1, kDsiGetStatus = 3;
constexpr std::size_t kDsiHeader = 16;
constexpr std::size_t kAfpListMax = 16;

std::string fixed_text(BytesView bytes) {
  const auto end = std::find(bytes.begin(), bytes.end(), 0);
  return std::string(trim(as_text(bytes.first(static_cast<std::size_t>(end - bytes.begin())))));
}

// A Pascal string at this offset of the block.
std::string pascal_at(BytesView block, std::size_t at) {
  if (at >= block.size()) return {};
  ByteReader reader(block.subspan(at));
  const auto size = reader.u8();
  return std::string(as_text(reader.take(size)));
}

}  // namespace

Bytes build_pptp_start() {
  ByteWriter out;
  out.u16be(kPptpSize).u16be(1).u32be(kPptpMagic).u16be(1).u16be(0);
  out.u16be(kPptpVersion).u16be(0).u32be(3).u32be(3).u16be(0).u16be(0);
  const auto field = [&](std::string_view text) { out.text(text).fill(64 - text.size()); };
  field("qingdan");
  field("qingdan");
  return std::move(out).take();
}

Bytes build_pptp_stop() {
  constexpr std::uint8_t kLocalShutdown = 3;
  ByteWriter out;
  out.u16be(16).u16be(1).u32be(kPptpMagic).u16be(3).u16be(0).u8(kLocalShutdown).u8(0).u16be(0);
  return std::move(out).take();
}

Extent measure_pptp(BytesView stream) {
  ByteReader reader(stream);
  const auto size = reader.u16be();
  if (reader && size != kPptpSize) return {State::foreign, 0};
  reader.skip(2);
  const auto magic = reader.u32be();
  if (reader && magic != kPptpMagic) return {State::foreign, 0};
  return stream.size() < kPptpSize ? Extent{} : Extent{State::whole, kPptpSize};
}

std::optional<PptpReply> parse_pptp(BytesView stream) {
  if (!measure_pptp(stream).whole()) return std::nullopt;
  ByteReader reader(stream);
  reader.skip(8);
  const auto type = reader.u16be();
  reader.skip(2 + 2);  // reserved, version
  PptpReply reply;
  reply.result = reader.u8();
  reader.skip(1 + 4 + 4 + 2);  // error, capabilities, channels
  reply.firmware = reader.u16be();
  reply.host = fixed_text(reader.take(64));
  reply.vendor = fixed_text(reader.take(64));
  constexpr std::uint16_t kStartReply = 2;
  if (!reader || type != kStartReply) return std::nullopt;
  return reply;
}

Bytes build_afp_status() {
  ByteWriter out;
  out.u8(0).u8(kDsiGetStatus).u16be(1).u32be(0).u32be(0).u32be(0);
  return std::move(out).take();
}

Extent measure_afp(BytesView stream) {
  ByteReader reader(stream);
  const auto kind = reader.u8(), command = reader.u8();
  if (reader && (kind != kDsiReply || command != kDsiGetStatus)) return {State::foreign, 0};
  const auto number = reader.u16be();
  const auto error = reader.u32be();
  const std::size_t size = reader.u32be();
  if (!reader)
    return stream.empty() || stream[0] == kDsiReply ? Extent{} : Extent{State::foreign, 0};
  if (number != 1 || error != 0 || size < 10 || size > kAfpStatusMax) return {State::foreign, 0};
  return stream.size() < kDsiHeader + size ? Extent{} : Extent{State::whole, kDsiHeader + size};
}

std::optional<AfpStatus> parse_afp(BytesView stream) {
  const auto extent = measure_afp(stream);
  if (!extent.whole()) return std::nullopt;
  const auto block = stream.first(extent.size).subspan(kDsiHeader);
  ByteReader reader(block);
  const std::size_t machine = reader.u16be(), versions = reader.u16be();
  reader.skip(2 + 2 + 2);  // authentication methods, icon, flags
  AfpStatus status;
  status.machine = pascal_at(block, machine);
  status.name = fixed_text(as_bytes(pascal_at(block, reader.position())));
  if (versions >= block.size()) return std::nullopt;
  ByteReader list(block.subspan(versions));
  const std::size_t count = std::min<std::size_t>(list.u8(), kAfpListMax);
  for (std::size_t i = 0; i < count; ++i) {
    const auto size = list.u8();
    const auto text = list.take(size);
    if (!list) return std::nullopt;
    status.versions += (i == 0 ? "" : " ") + std::string(as_text(text));
  }
  return status;
}

Extent measure_nats(BytesView stream) {
  constexpr std::string_view kBegin = "INFO {";
  const auto text = as_text(stream);
  const auto size = std::min(text.size(), kBegin.size());
  if (text.substr(0, size) != kBegin.substr(0, size)) return {State::foreign, 0};
  const auto end = text.find("\r\n");
  if (end != std::string_view::npos) return {State::whole, end + 2};
  return stream.size() > kNatsInfoMax ? Extent{State::foreign, 0} : Extent{};
}

std::optional<NatsInfo> parse_nats(BytesView stream) {
  const auto extent = measure_nats(stream);
  if (!extent.whole()) return std::nullopt;
  const auto line = as_text(stream.first(extent.size));
  return NatsInfo{json::text_of(line, "version"), json::text_of(line, "server_name")};
}

}  // namespace qingdan::net
