// sim_actors — see the header.
#include "support/lib/sim_actors.h"

#include <algorithm>

namespace qingdan::test::actors {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

namespace {

// netfilter's nf_conntrack_udp_timeout, and what small NAT boxes keep of half-open connections.
constexpr auto kFlowKept = 30s;

// What a box that answers in the hosts' place says to a SYN.
struct Voice {
  std::uint16_t window{0};
  std::uint8_t hop_limit{254};  // 255 less one router
  Bytes options;
  nanoseconds round_trip{2ms};
};

bool is_syn(const SimPacket& packet) {
  return packet.kind == SimKind::tcp && (packet.flags & (net::kSyn | net::kAck)) == net::kSyn;
}

void accept_as(const Voice& voice, const SimPacket& packet, MakePeer peer, Replies& out) {
  // A cookie: the box keeps nothing of whom it answered.
  auto answer = tcp_answer(packet, net::kSyn | net::kAck, packet.seq * 2'654'435'761U + 1);
  answer.window = voice.window;
  answer.hop_limit = voice.hop_limit;
  answer.options = voice.options;
  out.push_back({voice.round_trip, std::move(answer), std::move(peer), false});
}

// Takes what comes on a connection it pretends to have.
void acknowledge_as(const Voice& voice, const SimPacket& packet, Replies& out) {
  if (packet.payload.empty() && (packet.flags & net::kFin) == 0) return;
  auto answer = tcp_answer(packet, net::kAck, packet.ack);
  answer.window = voice.window;
  answer.hop_limit = voice.hop_limit;
  out.push_back({voice.round_trip, std::move(answer), {}, false});
}

class Box : public Actor {
 public:
  Box(net::Prefix prefix, Voice voice) : prefix_(prefix), voice_(std::move(voice)) {}
  bool on_packet(const SimPacket& packet, SteadyTime, const FakeHost* host, Replies& out) override {
    if (packet.kind != SimKind::tcp || !prefix_.range().contains(packet.target)) return false;
    if (!fronts(host)) return false;
    if (is_syn(packet)) {
      accept_as(voice_, packet, peer_for(packet, host), out);
    } else if ((packet.flags & net::kRst) == 0) {
      acknowledge_as(voice_, packet, out);
    }
    return true;
  }

 protected:
  [[nodiscard]] virtual bool fronts(const FakeHost*) const { return true; }
  [[nodiscard]] virtual MakePeer peer_for(const SimPacket&, const FakeHost*) const {
    return peers::silent();
  }

 private:
  net::Prefix prefix_;
  Voice voice_;
};

class SynProxy final : public Box {
 public:
  using Box::Box;

 protected:
  MakePeer peer_for(const SimPacket& packet, const FakeHost* host) const override {
    if (host == nullptr) return peers::silent();
    const auto port = host->ports.find({net::Transport::tcp, packet.target_port});
    const auto kind = port == host->ports.end() ? host->others.kind : port->second.kind;
    if (kind == PortKind::refused) return peers::resets();
    return kind == PortKind::open && port != host->ports.end() ? port->second.peer
                                                               : peers::silent();
  }
};

class OpenFirewall final : public Box {
 public:
  OpenFirewall(net::Prefix prefix, Voice voice, bool dead_too)
      : Box(prefix, std::move(voice)), dead_too_(dead_too) {}

 protected:
  bool fronts(const FakeHost* host) const override { return dead_too_ || host != nullptr; }

 private:
  bool dead_too_;
};

class ResetsForDead final : public Actor {
 public:
  explicit ResetsForDead(net::Prefix prefix) : prefix_(prefix) {}
  bool on_packet(const SimPacket& packet, SteadyTime, const FakeHost* host, Replies& out) override {
    if (host != nullptr || !prefix_.range().contains(packet.target)) return false;
    if (is_syn(packet)) {
      auto answer = tcp_answer(packet, net::kRst | net::kAck, 0);
      answer.hop_limit = 254;
      out.push_back({1ms, std::move(answer), {}, false});
    }
    return true;
  }

 private:
  net::Prefix prefix_;
};

}  // namespace

ActorPtr syn_proxy(net::Prefix prefix, nanoseconds round_trip) {
  return std::make_unique<SynProxy>(prefix, Voice{0, 254, {}, round_trip});
}

ActorPtr open_firewall(net::Prefix prefix, bool dead_too) {
  const HostTraits like_hosts;
  Voice voice{like_hosts.window, like_hosts.hop_limit, like_hosts.options, 2ms};
  return std::make_unique<OpenFirewall>(prefix, std::move(voice), dead_too);
}

ActorPtr tarpit(net::Prefix prefix) {
  return std::make_unique<Box>(prefix, Voice{3, 61, {2, 4, 0, 30}, 2ms});
}

ActorPtr resets_for_dead(net::Prefix prefix) { return std::make_unique<ResetsForDead>(prefix); }

bool NatTable::on_packet(const SimPacket& packet, SteadyTime at, const FakeHost*, Replies&) {
  const bool tracked = packet.kind == SimKind::tcp || packet.kind == SimKind::udp;
  if (!tracked || !prefix_.range().contains(packet.target)) return false;
  while (!ages_.empty() && at - ages_.begin()->first >= kFlowKept) {
    held_.erase(ages_.begin()->second);
    ages_.erase(ages_.begin());
  }
  const Held one{packet.target, {packet.source, packet.source_port, packet.target_port}};
  if (held_.contains(one)) return false;
  if (held_.size() >= most_) {
    ++dropped_;
    return true;
  }
  held_.insert(one);
  ages_.emplace(at, one);
  most_held_ = std::max(most_held_, held_.size());
  return false;
}

}  // namespace qingdan::test::actors
