// frame — packets as a capture gives them. Lengths are foreign: each is held against what is there,
// and the shorter one counts. Nothing is copied but addresses and numbers.
#include "qingdan/net/frame.h"

#include <algorithm>

namespace qingdan::net {
namespace {

constexpr std::uint16_t kVlanTag = 0x8100, kProviderTag = 0x88A8;  // IEEE 802.1Q, 802.1ad
constexpr int kTagsMost = 2;
constexpr int kExtensionsMost = 8;
constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58;
constexpr std::size_t kIpv4Size = 20, kIpv6Size = 40;
constexpr std::uint8_t kNeighbourHopLimit = 255;

Mac read_mac(ByteReader& in) {
  Mac mac;
  const auto bytes = in.take(mac.bytes.size());
  std::copy(bytes.begin(), bytes.end(), mac.bytes.begin());
  return mac;
}

// The group bit (IEEE 802 §8.2.2) or nothing at all: not the address of one interface.
bool is_one_interface(const Mac& mac) { return (mac.bytes[0] & 1) == 0 && mac != Mac{}; }

Address read_v6(ByteReader& in) {
  std::array<std::uint8_t, 16> bytes{};
  const auto taken = in.take(bytes.size());
  std::copy(taken.begin(), taken.end(), bytes.begin());
  return Address::v6(bytes);
}

struct IpView {
  Address source, target;
  std::uint8_t protocol{0}, hop_limit{0};
  std::uint16_t options{0}, id{0};
  bool dont_fragment{false};
  BytesView payload;
};

// Of an ICMP quotation too, whose length speaks of more than was quoted: the shorter counts.
std::optional<IpView> parse_ipv4(BytesView bytes) {
  ByteReader in(bytes);
  const std::size_t header = static_cast<std::size_t>(in.u8() & 0x0F) * 4;
  in.skip(1);
  const std::size_t total = in.u16be();
  IpView view;
  view.id = in.u16be();
  const auto fragment = in.u16be();
  const bool later_fragment = (fragment & 0x1FFF) != 0;
  view.dont_fragment = (fragment & 0x4000) != 0;
  view.hop_limit = in.u8();
  view.protocol = in.u8();
  in.skip(2);
  view.source = Address::v4(in.u32be());
  view.target = Address::v4(in.u32be());
  if (!in || later_fragment || header < kIpv4Size || total < header || header > bytes.size()) {
    return std::nullopt;
  }
  view.options = static_cast<std::uint16_t>(header - kIpv4Size);
  view.payload = bytes.first(std::min(total, bytes.size())).subspan(header);
  return view;
}

// RFC 8200 §4: `next` is what follows; false where the chain ends in something we do not read.
bool skip_extension(ByteReader& in, std::uint8_t& next) {
  const auto kind = next;
  next = in.u8();
  const std::size_t length = in.u8();
  switch (kind) {
    case 0:    // hop-by-hop
    case 43:   // routing
    case 60:   // destination
    case 135:  // mobility, RFC 6275 §6.1
      in.skip(6 + length * 8);
      return in.ok();
    case 51:  // authentication, in units of 4 (RFC 4302 §2.2)
      in.skip((length + 2) * 4 - 2);
      return in.ok();
    case 44: {  // fragment: only the first holds the header above
      const bool first = (in.u16be() & 0xFFF8) == 0;
      in.skip(4);
      return in.ok() && first;
    }
    default:
      return false;
  }
}

bool is_upper(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kIcmpv6;
}

std::optional<IpView> parse_ipv6(BytesView bytes) {
  ByteReader in(bytes);
  in.skip(4);
  const std::size_t length = in.u16be();
  IpView view;
  view.protocol = in.u8();
  view.hop_limit = in.u8();
  view.source = read_v6(in);
  view.target = read_v6(in);
  if (!in) return std::nullopt;
  const auto carried = std::min(length, bytes.size() - kIpv6Size);
  ByteReader body(bytes.subspan(kIpv6Size, carried));
  for (int i = 0; !is_upper(view.protocol); ++i) {
    if (i == kExtensionsMost || !skip_extension(body, view.protocol)) return std::nullopt;
  }
  view.payload = body.rest();
  view.options = static_cast<std::uint16_t>(carried - view.payload.size());
  return view;
}

std::optional<IpView> parse_ip(BytesView bytes) {
  if (bytes.empty()) return std::nullopt;
  switch (bytes[0] >> 4) {
    case 4:
      return parse_ipv4(bytes);
    case 6:
      return parse_ipv6(bytes);
    default:
      return std::nullopt;
  }
}

bool parse_tcp(BytesView bytes, Packet& packet) {
  ByteReader in(bytes);
  packet.kind = Packet::Kind::tcp;
  packet.source_port = in.u16be();
  packet.target_port = in.u16be();
  packet.seq = in.u32be();
  packet.ack = in.u32be();
  const std::size_t header = static_cast<std::size_t>(in.u8() >> 4) * 4;
  packet.flags = in.u8();
  packet.window = in.u16be();
  in.skip(4);
  if (!in || header < 20) return false;
  packet.options = in.take(header - 20);
  if (!in) return false;
  packet.payload = in.rest();
  return true;
}

bool parse_udp(BytesView bytes, Packet& packet) {
  ByteReader in(bytes);
  packet.kind = Packet::Kind::udp;
  packet.source_port = in.u16be();
  packet.target_port = in.u16be();
  const std::size_t length = in.u16be();
  in.skip(2);
  if (!in || length < 8) return false;
  packet.payload = in.take(std::min(length - 8, in.remaining()));
  return true;
}

// RFC 792 and RFC 1122 §3.2.2: at least 8 bytes above IP are quoted, enough for ports and `seq`.
std::optional<Quoted> parse_quoted(BytesView bytes) {
  const auto ip = parse_ip(bytes);
  if (!ip) return std::nullopt;
  Quoted quoted{ip->source, ip->target, ip->protocol, 0, 0, 0};
  ByteReader in(ip->payload);
  if (ip->protocol == kTcp || ip->protocol == kUdp) {
    quoted.source_port = in.u16be();
    quoted.target_port = in.u16be();
  } else if (ip->protocol == kIcmp || ip->protocol == kIcmpv6) {
    in.skip(4);
  } else {
    return std::nullopt;
  }
  const auto word = in.u32be();  // for UDP: length and checksum, of no use
  if (ip->protocol != kUdp) quoted.seq = word;
  if (!in) return std::nullopt;
  return quoted;
}

// Those that quote a packet: RFC 792 (3, 4 source quench, 11, 12), RFC 4443 §3 (1 to 4). A redirect
// quotes one too but fails nothing.
bool is_error(std::uint8_t type, bool six) {
  return six ? type >= 1 && type <= 4 : type == 3 || type == 4 || type == 11 || type == 12;
}

bool parse_icmp(BytesView bytes, bool six, Packet& packet) {
  ByteReader in(bytes);
  packet.kind = Packet::Kind::icmp_other;
  packet.icmp_type = in.u8();
  packet.icmp_code = in.u8();
  in.skip(2);
  if (!in) return false;
  packet.icmp_id = in.u16be();
  packet.icmp_sequence = in.u16be();
  if (!in) return false;
  if (is_error(packet.icmp_type, six)) {
    packet.icmp_id = packet.icmp_sequence = 0;  // unused, or an MTU
    const auto quoted = parse_quoted(in.rest());
    if (!quoted) return true;
    packet.quoted = *quoted;
    packet.kind = Packet::Kind::icmp_error;
  } else if (packet.icmp_type == (six ? 129 : 0)) {
    packet.kind = Packet::Kind::echo_reply;
  } else if (packet.icmp_type == 14 && !six) {
    packet.kind = Packet::Kind::timestamp_reply;
  }
  return true;
}

// Options are type, length in units of 8, value (RFC 4861 §4.6); a length of 0 damns the message.
std::optional<Mac> find_target_mac(ByteReader& in) {
  while (!in.at_end()) {
    const auto type = in.u8();
    const std::size_t units = in.u8();
    if (!in || units == 0) return std::nullopt;
    if (type == 2 && units == 1) {
      const auto mac = read_mac(in);
      if (in && is_one_interface(mac)) return mac;
      return std::nullopt;
    }
    in.skip(units * 8 - 2);
  }
  return std::nullopt;
}

}  // namespace

std::string Mac::to_string() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0F];
  }
  return text;
}

std::optional<EthernetView> parse_ethernet(BytesView frame) {
  ByteReader in(frame);
  EthernetView view;
  view.to = read_mac(in);
  view.from = read_mac(in);
  view.type = in.u16be();
  for (int tags = 0; view.type == kVlanTag || view.type == kProviderTag; ++tags) {
    if (tags == kTagsMost) return std::nullopt;
    in.skip(2);
    view.type = in.u16be();
  }
  if (!in) return std::nullopt;
  view.payload = in.rest();
  return view;
}

std::optional<Packet> parse_packet(BytesView ip) {
  const auto view = parse_ip(ip);
  if (!view) return std::nullopt;
  Packet packet;
  packet.source = view->source;
  packet.target = view->target;
  packet.hop_limit = view->hop_limit;
  packet.ip_options = view->options;
  packet.ip_id = view->id;
  packet.dont_fragment = view->dont_fragment;
  const bool six = view->source.is_v6();
  bool whole = false;
  if (view->protocol == kTcp) {
    whole = parse_tcp(view->payload, packet);
  } else if (view->protocol == kUdp) {
    whole = parse_udp(view->payload, packet);
  } else if (view->protocol == (six ? kIcmpv6 : kIcmp)) {
    whole = parse_icmp(view->payload, six, packet);
  }
  if (!whole) return std::nullopt;
  return packet;
}

std::optional<ArpReply> parse_arp_reply(BytesView arp) {
  ByteReader in(arp);
  const bool ethernet = in.u16be() == 1;
  const bool ipv4 = in.u16be() == kEtherIpv4;
  const bool sizes = in.u16be() == 0x0604;
  const bool reply = in.u16be() == 2;
  ArpReply found;
  found.mac = read_mac(in);
  found.ip = Address::v4(in.u32be());
  in.skip(10);
  if (!in || !ethernet || !ipv4 || !sizes || !reply || !is_one_interface(found.mac)) {
    return std::nullopt;
  }
  return found;
}

std::optional<ArpReply> parse_neighbour_advertisement(BytesView ipv6) {
  const auto view = parse_ip(ipv6);
  if (!view || view->source.is_v4() || view->protocol != kIcmpv6) return std::nullopt;
  if (view->hop_limit != kNeighbourHopLimit) return std::nullopt;
  ByteReader in(view->payload);
  const auto type = in.u8();
  const auto code = in.u8();
  in.skip(6);  // checksum, flags
  ArpReply found;
  found.ip = read_v6(in);
  if (!in || type != 136 || code != 0) return std::nullopt;
  const auto mac = find_target_mac(in);
  if (!mac) return std::nullopt;
  found.mac = *mac;
  return found;
}

}  // namespace qingdan::net
