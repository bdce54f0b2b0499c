// sim_host — see the header.
#include "support/lib/sim_host.h"

#include <algorithm>

namespace qingdan::test {

using namespace std::chrono_literals;

namespace {

const FakePort& port_at(const FakeHost& ports, net::Transport transport, std::uint16_t port) {
  const auto found = ports.ports.find({transport, port});
  return found == ports.ports.end() ? ports.others : found->second;
}

}  // namespace

bool Ration::take(std::uint32_t per_second, SteadyTime at) {
  if (!any_ || at - begun_ >= 1s) {
    any_ = true;
    begun_ = at;
    used_ = 0;
  }
  return used_++ < per_second;
}

std::uint32_t SimHost::first_seq(const Flow& flow) const {
  // RFC 6528: per connection; here without clock or secret, so that a seed gives one run.
  const auto mixed = static_cast<std::uint64_t>(ip_.number()) * 0x9E37'79B9'7F4A'7C15U +
                     (std::uint64_t{flow.from_port} << 16 | flow.port) * 0xBF58'476D'1CE4'E5B9U;
  return static_cast<std::uint32_t>(mixed >> 32);
}

void SimHost::say(SimPacket packet, Replies& out) const {
  packet.hop_limit = traits.hop_limit;
  out.push_back({0ns, std::move(packet), {}, false});
}

void SimHost::count_slots() {
  const auto slots = half_open_.size() + open_.size();
  log_.most_slots = std::max(log_.most_slots, slots);
  log_.most_open = std::max(log_.most_open, open_.size());
  if (traits.slots != 0 && slots > traits.slots) dead_ = true;
}

void SimHost::hear(const SimPacket& packet, SteadyTime at, const FakeHost& ports, Replies& out) {
  if (dead_) return;
  if (packet.kind == SimKind::neighbour) {
    auto answer = answer_to(packet, SimKind::neighbour);
    answer.reply = true;
    answer.mac = mac_of(ip_);
    answer.source = ip_;
    say(std::move(answer), out);
    return;
  }
  ++log_.heard;
  if (packet.kind == SimKind::tcp) {
    hear_tcp(packet, at, ports, out);
  } else if (packet.kind == SimKind::udp) {
    hear_udp(packet, at, ports, out);
  } else if ((packet.kind == SimKind::echo && traits.echo) ||
             (packet.kind == SimKind::timestamp && traits.timestamp)) {
    auto answer = answer_to(packet, packet.kind);
    answer.reply = true;
    answer.id = packet.id;
    answer.sequence = packet.sequence;
    answer.payload = packet.payload;
    say(std::move(answer), out);
  }
  wear();
}

void SimHost::wear() {
  const bool worn = traits.dies_after_packets != 0 && log_.heard >= traits.dies_after_packets;
  const bool used =
      traits.dies_after_handshakes != 0 && log_.handshakes >= traits.dies_after_handshakes;
  dead_ = dead_ || worn || used;
  if (!dead_) return;
  half_open_.clear();
  open_.clear();
}

bool SimHost::take_bytes() {
  if (dead_) return false;
  ++log_.heard;
  wear();
  return !dead_;
}

void SimHost::hear_tcp(const SimPacket& packet, SteadyTime at, const FakeHost& ports,
                       Replies& out) {
  if ((packet.flags & net::kRst) != 0) {
    release({packet.source, packet.source_port, packet.target_port});
  } else if ((packet.flags & net::kSyn) != 0) {
    hear_syn(packet, at, ports, out);
  } else if ((packet.flags & net::kAck) != 0) {
    hear_segment(packet, at, out);
  }
}

void SimHost::hear_syn(const SimPacket& packet, SteadyTime at, const FakeHost& ports,
                       Replies& out) {
  const auto& port = port_at(ports, net::Transport::tcp, packet.target_port);
  if (port.kind == PortKind::silent) return;
  if (port.kind != PortKind::open) {
    refuse(packet, port.kind, at, out);
    return;
  }
  const Flow flow{packet.source, packet.source_port, packet.target_port};
  if (open_.contains(flow)) {  // RFC 5961 §4: a challenge ACK
    auto challenge = answer_to(packet, SimKind::tcp);
    challenge.flags = net::kAck;
    say(std::move(challenge), out);
    return;
  }
  accept(packet, port, out);
}

void SimHost::accept(const SimPacket& packet, const FakePort& port, Replies& out) {
  const Flow flow{packet.source, packet.source_port, packet.target_port};
  const bool fresh = half_open_.insert_or_assign(flow, packet).second;
  if (fresh) ++log_.handshakes;
  count_slots();
  if (dead_) return;
  auto answer = tcp_answer(packet, net::kSyn | net::kAck, first_seq(flow));
  answer.window = traits.window;
  answer.options = traits.options;
  answer.hop_limit = traits.hop_limit;
  out.push_back({0ns, std::move(answer), port.peer, fresh});
}

void SimHost::refuse(const SimPacket& packet, PortKind kind, SteadyTime at, Replies& out) {
  if (kind == PortKind::refused) {
    if (traits.resets_per_second != 0 && !resets_.take(traits.resets_per_second, at)) return;
    say(tcp_answer(packet, net::kRst | net::kAck, 0), out);
    return;
  }
  if (!errors_.take(traits.errors_per_second, at)) return;
  const auto what = kind == PortKind::unreachable ? Complaint::host : Complaint::prohibited;
  say(complaint(packet, what, ip_), out);
}

void SimHost::hear_segment(const SimPacket& packet, SteadyTime at, Replies& out) {
  const Flow flow{packet.source, packet.source_port, packet.target_port};
  const bool ends_handshake = half_open_.contains(flow) && packet.ack == first_seq(flow) + 1;
  if (ends_handshake) complete(flow);
  if (!open_.contains(flow)) {
    // RFC 9293 §3.10.7.1 and .2: an ACK nobody waits for.
    if (traits.resets_per_second != 0 && !resets_.take(traits.resets_per_second, at)) return;
    auto answer = answer_to(packet, SimKind::tcp);
    answer.flags = net::kRst;
    answer.seq = packet.ack;
    say(std::move(answer), out);
    return;
  }
  auto& said = log_.said[packet.target_port];
  said.insert(said.end(), packet.payload.begin(), packet.payload.end());
  const bool ends = (packet.flags & net::kFin) != 0;
  if (packet.payload.empty() && !ends) return;
  const auto flags = static_cast<std::uint8_t>(ends ? net::kAck | net::kFin : net::kAck);
  auto answer = tcp_answer(packet, flags, packet.ack);
  answer.window = traits.window;
  say(std::move(answer), out);
  if (ends) release(flow);
}

void SimHost::hear_udp(const SimPacket& packet, SteadyTime at, const FakeHost& ports,
                       Replies& out) {
  const auto& port = port_at(ports, net::Transport::udp, packet.target_port);
  if (port.kind == PortKind::refused) {
    if (errors_.take(traits.errors_per_second, at))
      say(complaint(packet, Complaint::port, ip_), out);
  } else if (port.kind == PortKind::open && port.reply) {
    auto said = port.reply(packet.payload);
    if (!said) return;
    auto answer = answer_to(packet, SimKind::udp);
    answer.payload = std::move(*said);
    say(std::move(answer), out);
  } else if (port.kind == PortKind::unreachable || port.kind == PortKind::prohibited) {
    refuse(packet, port.kind, at, out);
  }
}

bool SimHost::repeat_synack(const Flow& flow, int tries, const FakeHost& ports, Replies& out) {
  const auto found = half_open_.find(flow);
  if (dead_ || found == half_open_.end()) return false;
  if (tries > traits.synack_retries) {
    half_open_.erase(found);
    return false;
  }
  const auto syn = found->second;
  accept(syn, port_at(ports, net::Transport::tcp, flow.port), out);
  return true;
}

void SimHost::complete(const Flow& flow) {
  if (dead_) return;
  half_open_.erase(flow);
  if (!open_.insert(flow).second) return;
  ++log_.completed;
  count_slots();
}

void SimHost::release(const Flow& flow) {
  half_open_.erase(flow);
  open_.erase(flow);
}

}  // namespace qingdan::test
