// frame_guard — see the header. Short on purpose: this is the code that must be right.
#include "probe/frame_guard.h"

#include <algorithm>
#include <utility>

namespace qingdan::probe {
namespace {

constexpr std::uint8_t kIcmpv6 = 58, kSolicitation = 135;

std::optional<FrameTarget> read_ipv4(BytesView ip) {
  ByteReader in(ip);
  in.skip(16);
  const auto target = net::Address::v4(in.u32be());
  if (!in) return std::nullopt;
  return FrameTarget{target, false};
}

std::optional<net::Address> read_v6_at(BytesView bytes, std::size_t at) {
  ByteReader in(bytes);
  in.skip(at);
  const auto high = in.u64be();
  const auto low = in.u64be();
  if (!in) return std::nullopt;
  return net::Address::from_number(static_cast<unsigned __int128>(high) << 64 | low, true);
}

// A solicitation goes to a group, ff02::1:ff00:0/104 (RFC 4291 §2.7.1); whom it is for stands
// inside.
std::optional<FrameTarget> read_ipv6(BytesView ip) {
  const auto to = read_v6_at(ip, 24);
  if (!to) return std::nullopt;
  constexpr auto kGroup =
      static_cast<unsigned __int128>(0xFF02'0000'0000'0000ULL) << 64 | 0x1'FF00'0000ULL;
  const bool to_group = to->number() >> 24 == kGroup >> 24;
  if (!to_group || ip.size() <= 40 || ip[6] != kIcmpv6 || ip[40] != kSolicitation) {
    return FrameTarget{*to, false};
  }
  const auto asked = read_v6_at(ip, 48);
  if (!asked) return std::nullopt;
  return FrameTarget{*asked, true};
}

std::optional<FrameTarget> read_arp(BytesView arp) {
  ByteReader in(arp);
  in.skip(24);
  const auto target = net::Address::v4(in.u32be());
  if (!in) return std::nullopt;
  return FrameTarget{target, true};
}

std::optional<FrameTarget> read_ip(BytesView ip) {
  if (ip.empty()) return std::nullopt;
  if (ip[0] >> 4 == 4) return read_ipv4(ip);
  if (ip[0] >> 4 == 6) return read_ipv6(ip);
  return std::nullopt;
}

}  // namespace

std::optional<FrameTarget> find_target(BytesView frame, bool ethernet) {
  if (!ethernet) return read_ip(frame);
  if (frame.size() < net::kEthernetSize) return std::nullopt;
  const auto type = static_cast<std::uint16_t>(frame[12] << 8 | frame[13]);
  const auto payload = frame.subspan(net::kEthernetSize);
  if (type == net::kEtherArp) return read_arp(payload);
  if (type == net::kEtherIpv4 || type == net::kEtherIpv6) return read_ip(payload);
  return std::nullopt;
}

bool FrameGuard::is_in_scope(const net::Address& ip) {
  if (last_.contains(ip)) return true;
  const auto& ranges = scope_.ranges();
  auto after = std::upper_bound(
      ranges.begin(), ranges.end(), ip,
      [](const net::Address& a, const auto& range) { return a < range.addresses.first; });
  if (after == ranges.begin()) return false;
  --after;
  if (!after->addresses.contains(ip)) return false;
  last_ = after->addresses;
  return true;
}

bool FrameGuard::close(std::string what) {
  closed_ = true;
  first_breach_ = std::move(what);
  return false;
}

bool FrameGuard::permits(const Outgoing& frame, bool ethernet) {
  if (closed_) return false;
  const auto target = find_target(frame.bytes, ethernet);
  if (!target) return close("a frame that is for nobody");
  if (target->ip != frame.ip) {
    return close(target->ip.to_string() + " in a frame said to be for " + frame.ip.to_string());
  }
  if (is_in_scope(target->ip)) return true;
  if (target->is_request && gateways_.contains(target->ip)) return true;
  return close(target->ip.to_string());
}

Result<void> FrameGuard::breach() const {
  if (!closed_) return {};
  return Error{ErrorCode::refused,
               scope_.name() + ": a raw probe was about to leave for " + first_breach_ +
                   ", which is outside the scope; nothing was sent, the run ends here",
               "probe: raw link"};
}

}  // namespace qingdan::probe
