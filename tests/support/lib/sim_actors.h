// sim_actors — what stands in front of hosts and makes scanners see what is not there, or miss what
// is.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "support/lib/sim_host.h"

namespace qingdan::test {

class Actor {
 public:
  virtual ~Actor() = default;
  // True: it dealt with the packet, which goes no further. `host`: who lives there; may be null.
  [[nodiscard]] virtual bool on_packet(const SimPacket& packet, SteadyTime at, const FakeHost* host,
                                       Replies& out) = 0;
};
using ActorPtr = std::unique_ptr<Actor>;

namespace actors {

// Answers every SYN to any address and port of the prefix with a SYN cookie: window 0, no options,
// one TTL, much sooner than the hosts. A finished handshake leads to the host's service, or
// nowhere.
ActorPtr syn_proxy(net::Prefix prefix,
                   std::chrono::nanoseconds round_trip = std::chrono::microseconds(300));
// Accepts on every port as the hosts themselves would, and says nothing: to every address, or to
// those where a host lives.
ActorPtr open_firewall(net::Prefix prefix, bool dead_too);
// Accepts with a tiny window and never lets go (LaBrea).
ActorPtr tarpit(net::Prefix prefix);
// Answers RST for addresses where nobody lives.
ActorPtr resets_for_dead(net::Prefix prefix);
// Connection tracking: a flow beyond so many new ones in 30 s is dropped; counts what it dropped.
class NatTable final : public Actor {
 public:
  NatTable(net::Prefix prefix, std::size_t flows) : prefix_(prefix), most_(flows) {}
  bool on_packet(const SimPacket& packet, SteadyTime at, const FakeHost* host,
                 Replies& out) override;
  [[nodiscard]] std::size_t most_held() const { return most_held_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct Held {
    net::Address to;
    Flow flow;
    auto operator<=>(const Held&) const = default;
  };
  net::Prefix prefix_;
  std::size_t most_, most_held_{0};
  std::uint64_t dropped_{0};
  std::set<Held> held_;
  std::multimap<SteadyTime, Held> ages_;
};

}  // namespace actors
}  // namespace qingdan::test
