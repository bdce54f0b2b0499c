// tcp_signature — see the header.
#include "qingdan/net/tcp_signature.h"

#include <array>
#include <optional>

#include "qingdan/base/contract.h"

namespace qingdan::net {
namespace {

// RFC 9293 §3.2 (0, 1, 2), RFC 7323 §2.2 and §3.2 (3, 8), RFC 2018 §2 and §3 (4, 5).
enum Option : std::uint8_t { kEnd, kNop, kMss, kScale, kSackPermitted, kSack, kTimestamps = 8 };

struct Options {
  std::string layout;
  std::optional<std::uint16_t> mss;
  std::optional<std::uint8_t> scale;
};

std::string name_of(std::uint8_t kind) {
  switch (kind) {
    case kNop:
      return "nop";
    case kMss:
      return "mss";
    case kScale:
      return "ws";
    case kSackPermitted:
      return "sok";
    case kSack:
      return "sack";
    case kTimestamps:
      return "ts";
    default:
      return "?" + std::to_string(kind);
  }
}

// Until the end of the list, or to what has no length.
Options read_options(BytesView bytes) {
  Options options;
  ByteReader in(bytes);
  while (in.remaining() > 0) {
    const auto kind = in.u8();
    if (!options.layout.empty()) options.layout += ',';
    if (kind == kEnd) {
      options.layout += "eol+" + std::to_string(in.remaining());
      break;
    }
    options.layout += name_of(kind);
    if (kind == kNop) continue;
    const std::size_t length = in.u8();
    if (!in || length < 2) break;
    ByteReader value(in.take(length - 2));
    if (!in) break;
    if (kind == kMss && value.remaining() == 2) options.mss = value.u16be();
    if (kind == kScale && value.remaining() == 1) options.scale = value.u8();
  }
  return options;
}

std::string quirks_of(const Packet& packet) {
  if (packet.source.is_v6()) return "";
  if (packet.dont_fragment) return packet.ip_id == 0 ? "df" : "df,id+";
  return packet.ip_id == 0 ? "id-" : "";
}

template <typename Number>
std::string or_star(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "*";
}

}  // namespace

std::uint8_t initial_hop_limit(std::uint8_t received) {
  constexpr std::array<std::uint8_t, 3> kInitial{32, 64, 128};
  for (const auto initial : kInitial) {
    if (received <= initial) return initial;
  }
  return 255;
}

std::string tcp_signature(const Packet& packet) {
  QD_EXPECTS(packet.kind == Packet::Kind::tcp);
  const auto options = read_options(packet.options);
  const int hops = initial_hop_limit(packet.hop_limit) - packet.hop_limit;
  std::string text = packet.source.is_v6() ? "6:" : "4:";
  text += std::to_string(packet.hop_limit) + "+" + std::to_string(hops) + ":";
  text += std::to_string(packet.ip_options) + ":" + or_star(options.mss) + ":";
  text += std::to_string(packet.window) + "," + or_star(options.scale) + ":" + options.layout + ":";
  return text + quirks_of(packet) + (packet.payload.empty() ? ":0" : ":+");
}

}  // namespace qingdan::net
