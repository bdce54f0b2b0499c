// frame — Ethernet, ARP, IPv4, IPv6, TCP, UDP and ICMP as bytes: what raw probing sends and hears.
//
// Builders write complete, well-formed packets with right checksums; parsers take what a capture
// gives apart without copying, and say nullopt where it is not what it should be. Pure.
//   F1  parse(build(x)) = x
//   F2  a SynFrame or IcmpFrame patched for a target is byte for byte what build_tcp or build_echo
//       and build_timestamp would give
//   F3  no parser reads past the end, whatever the lengths inside claim
// Sources: RFC 791 (IPv4), 8200 (IPv6), 9293 (TCP), 768 (UDP), 792/4443 (ICMP), 826 (ARP),
// 4861 (neighbour discovery), 1624 (incremental checksum), IEEE 802.3 and 802.1Q.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "qingdan/base/bytes.h"
#include "qingdan/base/result.h"
#include "qingdan/net/address.h"

namespace qingdan::net {

struct Mac {
  std::array<std::uint8_t, 6> bytes{};
  auto operator<=>(const Mac&) const = default;
  [[nodiscard]] std::string to_string() const;  // 00:1b:21:0a:0b:0c
};
inline constexpr Mac kBroadcastMac{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};

inline constexpr std::size_t kEthernetSize = 14;  // destination, source, EtherType
inline constexpr std::uint16_t kEtherIpv4 = 0x0800, kEtherArp = 0x0806, kEtherIpv6 = 0x86DD;

// Control bits, RFC 9293 §3.1.
inline constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10;

struct TcpSegment {
  Address source, target;  // of one family
  std::uint16_t source_port{0}, target_port{0};
  std::uint32_t seq{0}, ack{0};
  std::uint8_t flags{0};
  std::uint16_t window{0};
  std::uint8_t hop_limit{64};  // TTL
  std::uint16_t ip_id{0};      // IPv4 only
  Bytes options;               // a multiple of 4 bytes, at most 40
  Bytes payload;
};
// The IP packet, without link header. EXPECTS one family, options as said, a packet below 64 KiB.
[[nodiscard]] Bytes build_tcp(const TcpSegment& segment);

// The options of an ordinary client: MSS (1460, 1440 over IPv6: RFC 6691), NOP, window scale 7,
// NOP, NOP, SACK permitted (zmap measured 2 % more hosts with them than with none; middleboxes drop
// a SYN without MSS).
[[nodiscard]] BytesView syn_options(bool six = false);
inline constexpr std::uint16_t kSynWindow = 64240;

// Echo request (8/0, 128/0) and, IPv4 only, timestamp request (13/0, RFC 792). No data beyond the
// fixed part: what nobody reads need not be carried.
[[nodiscard]] Bytes build_echo(const Address& source, const Address& target, std::uint16_t id,
                               std::uint16_t sequence, std::uint8_t hop_limit = 64);
[[nodiscard]] Bytes build_timestamp(const Address& source, const Address& target, std::uint16_t id,
                                    std::uint16_t sequence, std::uint32_t originate_ms);
[[nodiscard]] Bytes build_udp(const Address& source, const Address& target,
                              std::uint16_t source_port, std::uint16_t target_port,
                              BytesView payload, std::uint8_t hop_limit = 64);
// With Ethernet header: who has `target`? (broadcast), and the IPv6 neighbour solicitation to the
// solicited-node multicast group with the source link-layer option.
[[nodiscard]] Bytes build_arp_request(const Mac& own, const Address& source, const Address& target);
[[nodiscard]] Bytes build_neighbour_solicitation(const Mac& own, const Address& source,
                                                 const Address& target);
[[nodiscard]] Bytes build_ethernet(const Mac& to, const Mac& from, std::uint16_t type,
                                   BytesView payload);

// One source, one next hop, one family; everything of a SYN but target, ports and sequence number
// is laid out once. write() is what the sweep calls for each probe: no allocation, checksums
// updated incrementally (RFC 1624).
class SynFrame {
 public:
  static constexpr std::size_t kSizeMost = kEthernetSize + 40 + 40;
  // `with_ethernet`: the frame begins with the Ethernet header own -> hop; else with IP.
  SynFrame(const Address& source, bool with_ethernet, const Mac& own, const Mac& hop);
  [[nodiscard]] std::size_t size() const { return size_; }
  // Writes size() bytes. EXPECTS target of the family of the source. ip_id = low half of `seq`. For
  // a neighbour of another MAC the caller writes its 6 bytes over the first 6 afterwards.
  void write(std::uint8_t* out, const Address& target, std::uint16_t source_port,
             std::uint16_t target_port, std::uint32_t seq) const;

 private:
  std::array<std::uint8_t, kSizeMost> bytes_{};
  std::size_t size_{0};
  std::size_t ip_{0};         // where the IP header begins
  std::uint32_t ip_sum_{0};   // of the header without id and target (IPv4), not yet folded
  std::uint32_t tcp_sum_{0};  // of pseudo-header and TCP without target, ports and seq
  bool six_{false};
};

// The same for an echo request, or a timestamp request (IPv4 only).
class IcmpFrame {
 public:
  static constexpr std::size_t kSizeMost = kEthernetSize + 40 + 8;
  enum class Question : std::uint8_t { echo, timestamp };
  // EXPECTS echo, or a source of IPv4.
  IcmpFrame(const Address& source, bool with_ethernet, const Mac& own, const Mac& hop,
            Question question);
  [[nodiscard]] std::size_t size() const { return size_; }
  // As SynFrame::write(). `originate_ms` is of the timestamp alone.
  void write(std::uint8_t* out, const Address& target, std::uint16_t id, std::uint16_t sequence,
             std::uint32_t originate_ms = 0) const;

 private:
  std::array<std::uint8_t, kSizeMost> bytes_{};
  std::size_t size_{0};
  std::size_t ip_{0};          // where the IP header begins
  std::uint32_t ip_sum_{0};    // of the header without target (IPv4), not yet folded
  std::uint32_t icmp_sum_{0};  // of pseudo-header (IPv6) and ICMP without what write() fills in
  bool six_{false};
  bool timestamp_{false};
};

struct EthernetView {
  Mac to, from;
  std::uint16_t type{0};  // after up to two 802.1Q/802.1ad tags
  BytesView payload;
};
[[nodiscard]] std::optional<EthernetView> parse_ethernet(BytesView frame);

// The first bytes of the packet of ours that an ICMP error quotes (RFC 792, RFC 4443 §3).
struct Quoted {
  Address source, target;    // as we sent it: `source` is ours
  std::uint8_t protocol{0};  // 6 TCP, 17 UDP, 1/58 ICMP
  std::uint16_t source_port{0}, target_port{0};
  std::uint32_t seq{0};  // TCP; id << 16 | sequence for echo
};

struct Packet {
  enum class Kind : std::uint8_t {
    tcp,
    udp,
    echo_reply,       // ICMP 0, ICMPv6 129
    timestamp_reply,  // ICMP 14
    icmp_error,       // destination unreachable, time exceeded, packet too big …: `quoted` is set
    icmp_other        // among them errors whose quotation cannot be read, redirects, ND
  };
  Kind kind{Kind::icmp_other};
  Address source, target;
  std::uint8_t hop_limit{0};    // as received
  std::uint16_t ip_options{0};  // bytes between the fixed IP header and what it carries
  std::uint16_t ip_id{0};       // IPv4 only, as is the next
  bool dont_fragment{false};
  std::uint16_t source_port{0}, target_port{0};
  // TCP
  std::uint32_t seq{0}, ack{0};
  std::uint8_t flags{0};
  std::uint16_t window{0};
  BytesView options;
  BytesView payload;  // TCP or UDP; what the capture holds of it
  // ICMP
  std::uint8_t icmp_type{0}, icmp_code{0};
  std::uint16_t icmp_id{0}, icmp_sequence{0};
  Quoted quoted;
};
// An IPv4 or IPv6 packet (extension headers of IPv6 are walked, at most 8); what the link padded it
// with is cut off. nullopt: fragments but the first, other protocols, headers that are not whole.
// Checksums are not verified: the kernel's offloading leaves them unfilled on lo/veth.
[[nodiscard]] std::optional<Packet> parse_packet(BytesView ip);

struct ArpReply {
  Mac mac;
  Address ip;
};
// Opcode 2 of IPv4 over Ethernet (RFC 826). A group address is nobody's MAC (RFC 1812 §3.3.2).
[[nodiscard]] std::optional<ArpReply> parse_arp_reply(BytesView arp);
// Neighbour advertisement (ICMPv6 136) with a target link-layer option; hop limit 255 proves that
// no router passed it on (RFC 4861 §7.1.2).
[[nodiscard]] std::optional<ArpReply> parse_neighbour_advertisement(BytesView ipv6);

}  // namespace qingdan::net
