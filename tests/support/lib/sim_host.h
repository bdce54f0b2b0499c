// sim_host — one host of the simulated network: its TCP (RFC 9293 as far as a scanner can see it),
// ICMP, ARP and neighbour discovery, and the frailties that scanners have met.
//
// What is behind its ports is FakeNet's business (FakeHost): raw packets and sockets ask the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "support/lib/fake_net.h"
#include "support/lib/sim_packet.h"

namespace qingdan::test {

struct HostTraits {
  std::uint8_t hop_limit{61};  // as it arrives: 64 less three routers
  std::uint16_t window{64240};
  Bytes options{2, 4, 5, 0xB4, 4, 2, 1, 3, 3, 7, 1, 1};  // MSS 1460, SACK, NOP, scale 7, NOP, NOP
  std::chrono::nanoseconds jitter{0};                    // up to so much more than the round trip
  bool echo{true}, timestamp{true};
  std::uint32_t errors_per_second{1};  // ICMP errors; RFC 1812 §4.3.2.8, RFC 4443 §2.4(f)
  std::uint32_t resets_per_second{0};  // 0 = no limit
  int synack_retries{2};               // after 1 s, 2 s more, 4 s more …
  // Connections at once, half-open ones too; one more than these and the device hangs for good. 0 =
  // no limit.
  std::size_t slots{0};
  std::uint64_t dies_after_packets{0};  // heard; 0 = never
  std::uint64_t dies_after_handshakes{0};
};

struct Reply {
  std::chrono::nanoseconds after{0};  // the request arrived at its target: the round trip
  SimPacket packet;
  MakePeer peer;          // of a SYN-ACK: who speaks on the connection
  bool half_open{false};  // SYN-ACK of a host that will repeat it
};
using Replies = std::vector<Reply>;

// Our end of a connection, as the host sees it.
struct Flow {
  net::Address from;
  std::uint16_t from_port{0}, port{0};
  auto operator<=>(const Flow&) const = default;
};

// So many in any second, counted from the first of it.
class Ration {
 public:
  [[nodiscard]] bool take(std::uint32_t per_second, SteadyTime at);

 private:
  SteadyTime begun_{};
  std::uint32_t used_{0};
  bool any_{false};
};

struct HostLog {
  std::uint64_t heard{0};               // packets but neighbour requests
  std::uint64_t handshakes{0};          // SYN-ACKed, repeats not counted
  std::uint64_t completed{0};           // our ACK came
  std::size_t most_open{0};             // completed connections at once
  std::size_t most_slots{0};            // half-open ones too
  std::map<std::uint16_t, Bytes> said;  // payload by port, of raw packets
};

class SimHost {
 public:
  explicit SimHost(net::Address ip) : ip_(ip) {}
  HostTraits traits;

  void hear(const SimPacket& packet, SteadyTime at, const FakeHost& ports, Replies& out);
  // The SYN-ACK once more; false: answered meanwhile, or given up after so many tries.
  [[nodiscard]] bool repeat_synack(const Flow& flow, int tries, const FakeHost& ports,
                                   Replies& out);

  // The kernel's sockets need no packets for these.
  void complete(const Flow& flow);
  void release(const Flow& flow);
  // Bytes on a connection. False: it hangs, or did so on these.
  [[nodiscard]] bool take_bytes();
  void kill() { dead_ = true; }
  [[nodiscard]] bool dead() const { return dead_; }
  [[nodiscard]] const HostLog& log() const { return log_; }

 private:
  void hear_tcp(const SimPacket& packet, SteadyTime at, const FakeHost& ports, Replies& out);
  void hear_syn(const SimPacket& packet, SteadyTime at, const FakeHost& ports, Replies& out);
  void hear_segment(const SimPacket& packet, SteadyTime at, Replies& out);
  void hear_udp(const SimPacket& packet, SteadyTime at, const FakeHost& ports, Replies& out);
  void refuse(const SimPacket& packet, PortKind kind, SteadyTime at, Replies& out);
  void accept(const SimPacket& packet, const FakePort& port, Replies& out);
  void say(SimPacket packet, Replies& out) const;
  [[nodiscard]] std::uint32_t first_seq(const Flow& flow) const;
  void count_slots();
  void wear();

  net::Address ip_;
  bool dead_{false};
  HostLog log_;
  Ration errors_, resets_;
  std::map<Flow, SimPacket> half_open_;  // and the SYN that began it
  std::set<Flow> open_;
};

}  // namespace qingdan::test
