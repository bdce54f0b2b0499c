// frame_build — packets as we send them. Every one is small, so it forbids its own fragmentation
// (DF) and needs no identification of its own (RFC 6864 §4.1).
#include <algorithm>
#include <cstring>
#include <utility>

#include "qingdan/base/contract.h"
#include "qingdan/net/frame.h"

namespace qingdan::net {
namespace {

constexpr std::size_t kIpv4Size = 20, kIpv6Size = 40, kTcpSize = 20, kUdpSize = 8;
constexpr std::size_t kPacketMost = 65'535;
constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58;
constexpr std::uint16_t kDontFragment = 0x4000;
// RFC 4861 §7.1.1: a solicitation with any less has passed a router and is dropped.
constexpr std::uint8_t kNeighbourHopLimit = 255;

// RFC 1071: the sum of 16-bit words, an odd last byte padded with zero.
std::uint32_t sum_words(BytesView bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  }
  if (bytes.size() % 2 != 0) sum += static_cast<std::uint32_t>(bytes.back() << 8);
  return sum;
}

std::uint32_t sum_u32(std::uint32_t value) { return (value >> 16) + (value & 0xFFFF); }

std::uint32_t sum_address(const Address& ip) {
  const auto number = ip.number();
  std::uint32_t sum = sum_u32(static_cast<std::uint32_t>(number));
  for (unsigned shift = 32; shift < 128; shift += 32) {
    sum += sum_u32(static_cast<std::uint32_t>(number >> shift));
  }
  return sum;
}

// The checksum to be written: the complement of the folded sum. Two folds suffice for 32 bits.
std::uint16_t folded(std::uint32_t sum) {
  sum = (sum >> 16) + (sum & 0xFFFF);
  sum += sum >> 16;
  return static_cast<std::uint16_t>(~sum);
}

std::uint32_t sum_pseudo(const Address& source, const Address& target, std::uint8_t protocol,
                         std::size_t size) {
  return sum_address(source) + sum_address(target) + protocol + static_cast<std::uint32_t>(size);
}

void put_u16(std::uint8_t* at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

void put_u32(std::uint8_t* at, std::uint32_t value) {
  put_u16(at, static_cast<std::uint16_t>(value >> 16));
  put_u16(at + 2, static_cast<std::uint16_t>(value));
}

void put_address(std::uint8_t* at, const Address& ip) {
  const auto number = ip.number();
  if (ip.is_v6()) {
    put_u32(at, static_cast<std::uint32_t>(number >> 96));
    put_u32(at + 4, static_cast<std::uint32_t>(number >> 64));
    put_u32(at + 8, static_cast<std::uint32_t>(number >> 32));
    at += 12;
  }
  put_u32(at, static_cast<std::uint32_t>(number));
}

void write_address(ByteWriter& out, const Address& ip) {
  std::array<std::uint8_t, 16> bytes{};
  put_address(bytes.data(), ip);
  out.bytes(BytesView(bytes).first(ip.is_v6() ? 16 : 4));
}

struct IpHead {
  Address source, target;
  std::uint8_t protocol{0};
  std::uint8_t hop_limit{64};
  std::uint16_t id{0};  // IPv4 only
};

// RFC 791 §3.1; RFC 8200 §3.
Bytes build_ip(const IpHead& head, BytesView payload) {
  QD_EXPECTS(head.source.is_v6() == head.target.is_v6());
  QD_EXPECTS(payload.size() <= kPacketMost - kIpv6Size);
  ByteWriter out;
  if (head.source.is_v6()) {
    out.u32be(0x6000'0000).u16be(static_cast<std::uint16_t>(payload.size()));
    out.u8(head.protocol).u8(head.hop_limit);
    write_address(out, head.source);
    write_address(out, head.target);
  } else {
    out.u16be(0x4500).u16be(static_cast<std::uint16_t>(kIpv4Size + payload.size()));
    out.u16be(head.id).u16be(kDontFragment).u8(head.hop_limit).u8(head.protocol).u16be(0);
    write_address(out, head.source);
    write_address(out, head.target);
    out.patch_u16be(10, folded(sum_words(out.view())));
  }
  return std::move(out.bytes(payload)).take();
}

// The pseudo-header is part of the checksum in ICMPv6 (RFC 4443 §2.3), not in ICMP.
Bytes build_icmp(IpHead head, ByteWriter message) {
  const bool six = head.source.is_v6();
  head.protocol = six ? kIcmpv6 : kIcmp;
  std::uint32_t sum = sum_words(message.view());
  if (six) sum += sum_pseudo(head.source, head.target, kIcmpv6, message.size());
  message.patch_u16be(2, folded(sum));
  return build_ip(head, message.view());
}

constexpr std::array<std::uint8_t, 12> make_syn_options(std::uint8_t mss_low) {
  return {2, 4, 0x05, mss_low, 1, 3, 3, 7, 1, 1, 4, 2};  // RFC 9293 §3.2, 7323 §2.2, 2018 §2
}
constexpr auto kSynOptions4 = make_syn_options(0xB4);  // 1460 = 1500 - 40
constexpr auto kSynOptions6 = make_syn_options(0xA0);  // 1440 = 1500 - 60

}  // namespace

BytesView syn_options(bool six) { return six ? kSynOptions6 : kSynOptions4; }

Bytes build_tcp(const TcpSegment& segment) {
  QD_EXPECTS(segment.options.size() % 4 == 0 && segment.options.size() <= 40);
  const std::size_t header = kTcpSize + segment.options.size();
  ByteWriter tcp;
  tcp.u16be(segment.source_port).u16be(segment.target_port);
  tcp.u32be(segment.seq).u32be(segment.ack);
  tcp.u8(static_cast<std::uint8_t>(header / 4 << 4)).u8(segment.flags).u16be(segment.window);
  tcp.u32be(0);  // checksum, urgent pointer
  tcp.bytes(segment.options).bytes(segment.payload);
  tcp.patch_u16be(16, folded(sum_words(tcp.view()) +
                             sum_pseudo(segment.source, segment.target, kTcp, tcp.size())));
  return build_ip({segment.source, segment.target, kTcp, segment.hop_limit, segment.ip_id},
                  tcp.view());
}

Bytes build_udp(const Address& source, const Address& target, std::uint16_t source_port,
                std::uint16_t target_port, BytesView payload, std::uint8_t hop_limit) {
  QD_EXPECTS(payload.size() <= kPacketMost - kIpv6Size - kUdpSize);
  ByteWriter udp;
  udp.u16be(source_port).u16be(target_port);
  udp.u16be(static_cast<std::uint16_t>(kUdpSize + payload.size())).u16be(0).bytes(payload);
  const auto checksum =
      folded(sum_words(udp.view()) + sum_pseudo(source, target, kUdp, udp.size()));
  // RFC 768: zero says "no checksum", so a sum of zero is sent as its other spelling.
  udp.patch_u16be(6, checksum == 0 ? 0xFFFF : checksum);
  return build_ip({source, target, kUdp, hop_limit, 0}, udp.view());
}

Bytes build_echo(const Address& source, const Address& target, std::uint16_t id,
                 std::uint16_t sequence, std::uint8_t hop_limit) {
  ByteWriter icmp;
  icmp.u8(source.is_v6() ? 128 : 8).u8(0).u16be(0).u16be(id).u16be(sequence);
  return build_icmp({source, target, 0, hop_limit, 0}, std::move(icmp));
}

Bytes build_timestamp(const Address& source, const Address& target, std::uint16_t id,
                      std::uint16_t sequence, std::uint32_t originate_ms) {
  QD_EXPECTS(source.is_v4());
  ByteWriter icmp;
  icmp.u8(13).u8(0).u16be(0).u16be(id).u16be(sequence);
  icmp.u32be(originate_ms).u32be(0).u32be(0);  // receive and transmit are the peer's to fill
  return build_icmp({source, target, 0, 64, 0}, std::move(icmp));
}

Bytes build_ethernet(const Mac& to, const Mac& from, std::uint16_t type, BytesView payload) {
  ByteWriter frame;
  frame.bytes(to.bytes).bytes(from.bytes).u16be(type).bytes(payload);
  return std::move(frame).take();
}

// RFC 826: Ethernet, IPv4, address lengths, request; the hardware address asked for is left zero.
Bytes build_arp_request(const Mac& own, const Address& source, const Address& target) {
  QD_EXPECTS(source.is_v4() && target.is_v4());
  ByteWriter arp;
  arp.u16be(1).u16be(kEtherIpv4).u8(6).u8(4).u16be(1);
  arp.bytes(own.bytes);
  write_address(arp, source);
  arp.fill(6);
  write_address(arp, target);
  return build_ethernet(kBroadcastMac, own, kEtherArp, arp.view());
}

Bytes build_neighbour_solicitation(const Mac& own, const Address& source, const Address& target) {
  QD_EXPECTS(source.is_v6() && target.is_v6());
  // RFC 4291 §2.7.1: ff02::1:ff00:0/104 and the last 24 bits; RFC 2464 §7: 33:33 and the last 32.
  const auto last24 = static_cast<std::uint32_t>(target.number()) & 0xFF'FFFF;
  const auto low = static_cast<std::uint64_t>(0x1'FF00'0000ULL | last24);
  const auto group = Address::from_number(
      static_cast<unsigned __int128>(0xFF02'0000'0000'0000ULL) << 64 | low, true);
  Mac to{{0x33, 0x33, 0xFF, 0, 0, 0}};
  for (unsigned i = 0; i < 3; ++i) {
    to.bytes[3 + i] = static_cast<std::uint8_t>(last24 >> (16 - 8 * i));
  }
  ByteWriter icmp;  // RFC 4861 §4.3; option 1 of §4.6.1
  icmp.u8(135).u8(0).u16be(0).u32be(0);
  write_address(icmp, target);
  icmp.u8(1).u8(1).bytes(own.bytes);
  const auto packet = build_icmp({source, group, 0, kNeighbourHopLimit, 0}, std::move(icmp));
  return build_ethernet(to, own, kEtherIpv6, packet);
}

SynFrame::SynFrame(const Address& source, bool with_ethernet, const Mac& own, const Mac& hop)
    : six_(source.is_v6()) {
  TcpSegment blank;
  blank.source = source;
  blank.target = Address::from_number(0, six_);
  blank.flags = kSyn;
  blank.window = kSynWindow;
  blank.options.assign(syn_options(six_).begin(), syn_options(six_).end());
  auto frame = build_tcp(blank);
  if (with_ethernet) {
    ip_ = kEthernetSize;
    frame = build_ethernet(hop, own, six_ ? kEtherIpv6 : kEtherIpv4, frame);
  }
  QD_ENSURES(frame.size() <= kSizeMost);
  size_ = frame.size();
  std::copy(frame.begin(), frame.end(), bytes_.begin());
  // What never changes, without the checksums themselves; write() adds the rest (RFC 1624 §3).
  const std::size_t tcp = ip_ + (six_ ? kIpv6Size : kIpv4Size);
  put_u16(&bytes_[tcp + 16], 0);
  tcp_sum_ = sum_words(BytesView(bytes_).subspan(tcp, size_ - tcp)) +
             sum_pseudo(source, blank.target, kTcp, size_ - tcp);
  if (six_) return;
  put_u16(&bytes_[ip_ + 10], 0);
  ip_sum_ = sum_words(BytesView(bytes_).subspan(ip_, kIpv4Size));
}

void SynFrame::write(std::uint8_t* out, const Address& target, std::uint16_t source_port,
                     std::uint16_t target_port, std::uint32_t seq) const {
  QD_EXPECTS(target.is_v6() == six_);
  std::memcpy(out, bytes_.data(), size_);
  auto* const ip = out + ip_;
  const std::uint32_t sum_target =
      six_ ? sum_address(target) : sum_u32(static_cast<std::uint32_t>(target.number()));
  if (six_) {
    put_address(ip + 24, target);
  } else {
    put_u16(ip + 4, static_cast<std::uint16_t>(seq));
    put_u32(ip + 16, static_cast<std::uint32_t>(target.number()));
    put_u16(ip + 10, folded(ip_sum_ + (seq & 0xFFFF) + sum_target));
  }
  auto* const tcp = ip + (six_ ? kIpv6Size : kIpv4Size);
  put_u16(tcp, source_port);
  put_u16(tcp + 2, target_port);
  put_u32(tcp + 4, seq);
  put_u16(tcp + 16, folded(tcp_sum_ + sum_target + source_port + target_port + sum_u32(seq)));
}

IcmpFrame::IcmpFrame(const Address& source, bool with_ethernet, const Mac& own, const Mac& hop,
                     Question question)
    : six_(source.is_v6()), timestamp_(question == Question::timestamp) {
  const auto blank = Address::from_number(0, six_);
  auto frame =
      timestamp_ ? build_timestamp(source, blank, 0, 0, 0) : build_echo(source, blank, 0, 0);
  if (with_ethernet) {
    ip_ = kEthernetSize;
    frame = build_ethernet(hop, own, six_ ? kEtherIpv6 : kEtherIpv4, frame);
  }
  QD_ENSURES(frame.size() <= kSizeMost);
  size_ = frame.size();
  std::copy(frame.begin(), frame.end(), bytes_.begin());
  const std::size_t icmp = ip_ + (six_ ? kIpv6Size : kIpv4Size);
  put_u16(&bytes_[icmp + 2], 0);
  icmp_sum_ = sum_words(BytesView(bytes_).subspan(icmp, size_ - icmp));
  if (six_) {
    icmp_sum_ += sum_pseudo(source, blank, kIcmpv6, size_ - icmp);
    return;
  }
  put_u16(&bytes_[ip_ + 10], 0);
  ip_sum_ = sum_words(BytesView(bytes_).subspan(ip_, kIpv4Size));
}

void IcmpFrame::write(std::uint8_t* out, const Address& target, std::uint16_t id,
                      std::uint16_t sequence, std::uint32_t originate_ms) const {
  QD_EXPECTS(target.is_v6() == six_);
  std::memcpy(out, bytes_.data(), size_);
  auto* const ip = out + ip_;
  std::uint32_t sum = icmp_sum_ + id + sequence;
  if (six_) {
    put_address(ip + 24, target);
    sum += sum_address(target);
  } else {
    const auto number = static_cast<std::uint32_t>(target.number());
    put_u32(ip + 16, number);
    put_u16(ip + 10, folded(ip_sum_ + sum_u32(number)));
  }
  auto* const icmp = ip + (six_ ? kIpv6Size : kIpv4Size);
  put_u16(icmp + 4, id);
  put_u16(icmp + 6, sequence);
  if (timestamp_) {
    put_u32(icmp + 8, originate_ms);
    sum += sum_u32(originate_ms);
  }
  put_u16(icmp + 2, folded(sum));
}

}  // namespace qingdan::net
