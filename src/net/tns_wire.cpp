// tns_wire — see the header.
#include "qingdan/net/tns_wire.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace qingdan::net {
namespace {

constexpr std::uint8_t kConnect = 1, kAccept = 2, kRefuse = 4, kRedirect = 5, kResend = 11;
constexpr std::size_t kHeader = 8;
constexpr std::size_t kConnectHeader = 58;  // of a connect packet up to its data
constexpr std::string_view kPing = "(DESCRIPTION=(CONNECT_DATA=(COMMAND=ping)))";

std::string version_in(std::string_view data) {
  constexpr std::string_view kName = "(VSNNUM=";
  const auto at = data.find(kName);
  if (at == std::string_view::npos) return {};
  const auto text = data.substr(at + kName.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end != text.data() + text.size() && *end == ')';
  return whole && number >= 1U << 24U ? tns_version_text(number) : "";
}

bool starts_as_descriptor(std::string_view data) { return data.empty() || data.front() == '('; }

}  // namespace

Bytes build_tns_ping() {
  const auto size = kConnectHeader + kPing.size();
  ByteWriter out;
  out.u16be(static_cast<std::uint16_t>(size)).u16be(0).u8(kConnect).u8(0).u16be(0);
  out.u16be(0x013A).u16be(0x012C);         // version 314, compatible down to 300
  out.u16be(0).u16be(8192).u16be(0x7FFF);  // options, session and transport data unit
  out.u16be(0xC608).u16be(0).u16be(1);     // protocol characteristics, turn-around, one
  out.u16be(static_cast<std::uint16_t>(kPing.size()));
  out.u16be(static_cast<std::uint16_t>(kConnectHeader)).u32be(0);  // where it lies; most to receive
  out.u8(0x41).u8(0x41);                                           // no native services wanted
  out.fill(kConnectHeader - out.size()).text(kPing);
  return std::move(out).take();
}

Extent measure_tns_packet(BytesView stream) {
  using State = Extent::State;
  if (stream.size() < kHeader) return {};
  ByteReader reader(stream);
  const std::size_t size = reader.u16be();
  const auto checksum = reader.u16be();
  const auto type = reader.u8();
  const bool known = type == kAccept || type == kRefuse || type == kRedirect || type == kResend;
  if (!known || checksum != 0 || size < kHeader || size > kTnsPacketMax) return {State::foreign, 0};
  return stream.size() < size ? Extent{} : Extent{State::whole, size};
}

std::optional<TnsReply> parse_tns_reply(BytesView packet) {
  const auto extent = measure_tns_packet(packet);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(packet.first(extent.size));
  reader.skip(4);
  const auto type = reader.u8();
  reader.skip(3);
  TnsReply reply;
  if (type == kAccept || type == kResend) {
    reply.kind = type == kAccept ? TnsReply::Kind::accept : TnsReply::Kind::resend;
    return reply;
  }
  reply.kind = type == kRefuse ? TnsReply::Kind::refuse : TnsReply::Kind::redirect;
  if (type == kRefuse) reader.skip(2);  // reasons of user and of system
  const auto size = reader.u16be();
  const auto data = reader.take(size);
  if (!reader || !starts_as_descriptor(as_text(data))) return std::nullopt;
  reply.data = std::string(as_text(data));
  reply.version = version_in(reply.data);
  return reply;
}

std::string tns_version_text(std::uint32_t number) {
  const auto bits = [&](unsigned from, unsigned count) {
    return number >> from & ((1U << count) - 1);
  };
  const auto major = bits(24, 8);
  constexpr std::uint32_t kCutAnew = 18;
  if (major >= kCutAnew) {
    return fmt::format("{}.{}.{}.{}.{}", major, bits(16, 8), bits(12, 4), bits(4, 8), bits(0, 4));
  }
  return fmt::format("{}.{}.{}.{}.{}", major, bits(20, 4), bits(12, 8), bits(8, 4), bits(0, 8));
}

}  // namespace qingdan::net
