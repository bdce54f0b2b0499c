// sim_packet — a packet of the simulated network as a value, and the same as bytes.
//
// Written for the tests alone, without a line of net/frame: were both to share a mistake in a
// header or a checksum, nobody would see it. Reading verifies every checksum, as the hosts of the
// world do.
#pragma once

#include <cstdint>
#include <optional>

#include "qingdan/base/bytes.h"
#include "qingdan/net/address.h"
#include "qingdan/net/frame.h"

namespace qingdan::test {

enum class SimKind : std::uint8_t { tcp, udp, echo, timestamp, error, neighbour };

struct SimPacket {
  SimKind kind{SimKind::tcp};
  bool reply{false};  // of echo, timestamp, neighbour (ARP, neighbour discovery)
  net::Address source, target;
  std::uint8_t hop_limit{64};
  std::uint16_t source_port{0}, target_port{0};
  std::uint32_t seq{0}, ack{0};
  std::uint8_t flags{0};  // net::kSyn …
  std::uint16_t window{0};
  Bytes options, payload;
  std::uint16_t id{0}, sequence{0};         // echo, timestamp
  std::uint8_t icmp_type{0}, icmp_code{0};  // error
  Bytes quoted;                             // error: the IP packet complained of, cut short
  net::Mac mac;                             // neighbour: of the sender
};

// Who an answer goes to: source and target, ports and family turned round.
[[nodiscard]] SimPacket answer_to(const SimPacket& packet, SimKind kind);
// SYN-ACK, RST or ACK in answer to `packet`, with the acknowledgement RFC 9293 §3.10.7 asks for.
[[nodiscard]] SimPacket tcp_answer(const SimPacket& packet, std::uint8_t flags, std::uint32_t seq);
// ICMP or ICMPv6 destination unreachable that quotes `packet` (RFC 792; RFC 4443 §3.1).
enum class Complaint : std::uint8_t { host, port, prohibited };
[[nodiscard]] SimPacket complaint(const SimPacket& packet, Complaint what,
                                  const net::Address& from);

// Without link header; ARP has none that is IP, so neighbour packets of IPv4 are not for this.
[[nodiscard]] Bytes write_ip(const SimPacket& packet);
[[nodiscard]] Bytes write_frame(const SimPacket& packet, bool ethernet, const net::Mac& to);

struct ReadFrame {
  SimPacket packet;
  net::Mac to, from;  // zero without Ethernet
};
// nullopt: no host would take this for a packet: cut, a length or checksum that is wrong.
[[nodiscard]] std::optional<ReadFrame> read_frame(BytesView frame, bool ethernet);

// RFC 1071.
[[nodiscard]] std::uint16_t internet_checksum(BytesView bytes, std::uint32_t sum = 0);
// Locally administered, from the address: the same every time.
[[nodiscard]] net::Mac mac_of(const net::Address& ip);

}  // namespace qingdan::test
