// x11_wire — see the header.
#include "qingdan/net/x11_wire.h"

#include <fmt/format.h>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kFailed = 0, kSuccess = 1, kAuthenticate = 2;
constexpr std::size_t kHeader = 8;
constexpr std::uint16_t kProtocol = 11;

}  // namespace

Bytes build_x11_setup() {
  ByteWriter out;
  out.u8('l').u8(0).u16le(kProtocol).u16le(0).u16le(0).u16le(0).u16le(0);
  return std::move(out).take();
}

Extent measure_x11_setup(BytesView stream) {
  using State = Extent::State;
  if (!stream.empty() && stream[0] > kAuthenticate) return {State::foreign, 0};
  ByteReader reader(stream);
  const auto kind = reader.u8(), reason = reader.u8();
  const auto major = reader.u16le();
  reader.skip(2);
  const std::size_t size = reader.u16le() * std::size_t{4};
  if (!reader) return {};
  const bool version = kind == kAuthenticate || major == kProtocol;
  const bool fits = kind != kFailed || reason <= size;
  const bool body = kind == kSuccess ? size >= 32 : size > 0;
  if (!version || !fits || !body || kHeader + size > kX11ReplyMax) return {State::foreign, 0};
  return stream.size() < kHeader + size ? Extent{} : Extent{State::whole, kHeader + size};
}

std::optional<X11Reply> parse_x11_setup(BytesView stream) {
  const auto extent = measure_x11_setup(stream);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(stream.first(extent.size));
  const auto kind = reader.u8(), reason = reader.u8();
  const auto major = reader.u16le(), minor = reader.u16le();
  reader.skip(2);
  X11Reply reply;
  reply.kind = static_cast<X11Reply::Kind>(kind);
  if (kind != kAuthenticate) reply.version = fmt::format("{}.{}", major, minor);
  if (kind == kFailed) reply.reason = std::string(as_text(reader.take(reason)));
  if (kind != kSuccess) return reply;
  reply.release = reader.u32le();
  reader.skip(12);  // resource ids, motion buffer
  const auto size = reader.u16le();
  reader.skip(14);  // request length, counts, formats, keycodes, padding
  const auto vendor = reader.take(size);
  if (!reader) return std::nullopt;
  reply.vendor = std::string(as_text(vendor));
  return reply;
}

}  // namespace qingdan::net
