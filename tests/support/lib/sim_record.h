// sim_record — every packet that left the machine, with its virtual time: what tests assert of what
// was sent. For sweeps of millions keep() is switched off; the counts and rates stay.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/net/address.h"
#include "support/lib/sim_packet.h"

namespace qingdan::test {

enum class Origin : std::uint8_t {
  raw,       // through a RawLink
  stream,    // the first SYN of a connect
  datagram,  // of a UDP socket
  kernel,    // our kernel by itself: RST for what it does not know, SYNs repeated after 1 s
  data       // bytes of a connection
};

struct SentPacket {
  SteadyTime at;
  net::Address ip;
  SimKind kind{SimKind::tcp};
  Origin origin{Origin::raw};
  std::uint8_t flags{0};
  std::uint16_t source_port{0}, port{0};
  std::uint32_t seq{0};
  std::uint32_t payload{0};  // bytes
};

// What the caps of a scope document are about: what we decide to send to a target.
[[nodiscard]] inline bool is_paced(const SentPacket& packet) {
  const bool asked = packet.origin == Origin::raw || packet.origin == Origin::stream ||
                     packet.origin == Origin::datagram;
  return asked && packet.kind != SimKind::neighbour;
}

struct Worst {
  std::size_t packets{0};
  SteadyTime from{};
  std::string key;
};

// The most packets of one key in any second, open at its end, wherever it begins. `packets` in
// order of time; key(packet): what is counted together, nullopt = not counted.
template <class Key>
[[nodiscard]] Worst worst_window(const std::vector<SentPacket>& packets, Key key,
                                 std::chrono::nanoseconds width = std::chrono::seconds(1)) {
  std::map<net::Address, std::deque<SteadyTime>> recent;
  Worst worst;
  for (const auto& packet : packets) {
    const std::optional<net::Address> counted = key(packet);
    if (!counted) continue;
    auto& times = recent[*counted];
    while (!times.empty() && packet.at - times.front() >= width) times.pop_front();
    times.push_back(packet.at);
    if (times.size() > worst.packets) {
      worst = {times.size(), times.front(), counted->to_string()};
    }
  }
  return worst;
}

namespace keys {  // of paced packets
[[nodiscard]] std::optional<net::Address> whole(const SentPacket& packet);
[[nodiscard]] std::optional<net::Address> block(const SentPacket& packet);  // /24 or /64
[[nodiscard]] std::optional<net::Address> host(const SentPacket& packet);
}  // namespace keys

class SimRecord {
 public:
  void note(SentPacket packet);
  void set_keep(bool keep) { keep_ = keep; }
  void note_outside(const net::Address& ip) {
    if (outside_.size() < 100) outside_.push_back(ip);
  }
  void note_malformed() { ++malformed_; }

  [[nodiscard]] const std::vector<SentPacket>& packets() const { return packets_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t sent(Origin origin) const;
  // Addresses outside the scope that something was to be sent to (the first 100).
  [[nodiscard]] const std::vector<net::Address>& outside() const { return outside_; }
  // Frames that no host would have taken for a packet.
  [[nodiscard]] std::uint64_t malformed() const { return malformed_; }
  // Bytes that arrive at an application, of all kinds.
  [[nodiscard]] std::uint64_t payload_to(const net::Address& ip, std::uint16_t port) const;
  // Raw SYNs to one endpoint, and the least time between two of them.
  [[nodiscard]] std::size_t syns_to(const net::Address& ip, std::uint16_t port) const;
  [[nodiscard]] std::optional<std::chrono::nanoseconds> least_syn_gap() const;

 private:
  bool keep_{true};
  std::vector<SentPacket> packets_;
  std::map<Origin, std::uint64_t> counts_;
  std::uint64_t sent_{0}, malformed_{0};
  std::vector<net::Address> outside_;
};

}  // namespace qingdan::test
