// sim_bench — raw packets by hand against the simulated world: built and read by the product's
// net/frame, answered by the world's own code, so that each is held against the other.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "support/lib/sim_rig.h"

namespace qingdan::test {

struct HeardPacket {
  net::Packet packet;  // without views: options and payload are copied
  Bytes options;
  SteadyTime at;
};

struct SimBench {
  explicit SimBench(targets::Scope scope, std::uint64_t seed = 1)
      : rig(std::move(scope), seed), begun(rig.net.clock().steady()) {}

  probe::RawLink& link(std::string_view towards) {
    if (!link_) {
      way = rig.sim.find_way(net::parse_address(towards).value()).value();
      link_ = rig.sim.open_link(way, 31'900, 31'931).value();
    }
    return *link_;
  }
  std::size_t send(const net::Address& to, const Bytes& packet) {
    const probe::Outgoing frame{packet, to};
    return link(to.to_string()).send({&frame, 1});
  }
  std::size_t send_tcp(std::string_view ip, std::uint16_t port, std::uint8_t flags,
                       std::uint32_t ack = 0, std::string_view payload = "") {
    link(ip);
    net::TcpSegment segment;
    segment.source = way.source;
    segment.target = net::parse_address(ip).value();
    segment.source_port = source_port;
    segment.target_port = port;
    segment.seq = kSeq + (flags == net::kSyn ? 0 : 1);
    segment.ack = ack;
    segment.flags = flags;
    segment.window = net::kSynWindow;
    if (flags == net::kSyn)
      segment.options.assign(net::syn_options().begin(), net::syn_options().end());
    segment.payload = to_bytes(payload);
    return send(segment.target, net::build_tcp(segment));
  }
  std::size_t syn(std::string_view ip, std::uint16_t port) { return send_tcp(ip, port, net::kSyn); }

  // Lets so much time pass.
  void wait(std::chrono::nanoseconds time) {
    const auto until = rig.net.clock().steady() + time;
    rig.sim.after(time, [] {});
    rig.net.run(time);
    QD_ENSURES(rig.net.clock().steady() == until);
  }
  // What arrived since the last call; lets all that is under way arrive first.
  std::vector<HeardPacket> heard() {
    rig.net.run();
    return drain();
  }
  std::vector<HeardPacket> drain() {
    std::vector<HeardPacket> result;
    link_->receive(
        [&](BytesView frame, bool ethernet, SteadyTime at) {
          auto ip = frame;
          if (ethernet) ip = net::parse_ethernet(frame).value().payload;
          auto packet = net::parse_packet(ip);
          if (!packet) return;
          HeardPacket one{*packet, Bytes(packet->options.begin(), packet->options.end()), at};
          one.packet.options = one.packet.payload = {};
          result.push_back(std::move(one));
        },
        1'000'000);
    return result;
  }

  static constexpr std::uint32_t kSeq = 0xFFFF'FFFF;  // so that seq + 1 wraps
  SimRig rig;
  probe::Way way;
  std::unique_ptr<probe::RawLink> link_;
  std::uint16_t source_port{31'900};
  SteadyTime begun;
};

}  // namespace qingdan::test
