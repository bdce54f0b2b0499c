// sim_net — one simulated world for raw packets and for sockets, on one virtual clock: FakeNet's
// hosts behind a path that loses, delays and doubles, and behind the boxes that fool scanners.
//
// SimNet is the RawNetwork of a scan and the SocketWorld of the FakeNet it is made for. A packet
// that leaves meets the boxes (Actor) of its target, then the host (SimHost); what they say comes
// back as events of the virtual clock. Our own kernel is part of the world: it resets SYN-ACKs that
// no socket of ours asked for, and repeats the SYNs of those that did.
//   N1  same seed, same script: same packets at the same times
//   N2  every packet that leaves is in record(); nothing goes to an address outside the scope
//   N3  a frame with a wrong length or checksum reaches nobody, and is counted
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "qingdan/probe/raw_link.h"
#include "support/lib/sim_actors.h"
#include "support/lib/sim_path.h"
#include "support/lib/sim_record.h"

namespace qingdan::test {

struct LinkTraits {
  std::size_t inbox{1'000'000};  // frames the kernel holds for us; more are dropped and counted
  std::size_t per_call{1024};    // frames it takes in one send()
  std::uint64_t refusals{0};     // next calls of send() that take nothing (ENOBUFS)
};

class SimNet final : public probe::RawNetwork, public SocketWorld, private probe::Waiter {
 public:
  // Both outlive it. Without add_way(), everything is routed through one interface without
  // Ethernet.
  SimNet(FakeNet& net, const targets::Scope& scope, std::uint64_t seed = 1);
  ~SimNet() override;

  SimHost& host(std::string_view ip);  // made where not there
  [[nodiscard]] PathSettings& path_out() { return out_.settings; }
  [[nodiscard]] PathSettings& path_in() { return in_.settings; }
  // Both ways.
  void set_path(const PathSettings& settings) { out_.settings = in_.settings = settings; }
  void add(ActorPtr actor) { actors_.push_back(std::move(actor)); }
  // Instead of the one interface there is without this: `covers` must be disjoint.
  void add_way(probe::Way way) { ways_.push_back(std::move(way)); }
  // False: the source address belongs to no kernel, so nobody resets what answers.
  void set_kernel_resets(bool resets) { kernel_resets_ = resets; }
  [[nodiscard]] LinkTraits& link_traits() { return link_traits_; }
  // `act` is run when so much time has passed: a cable pulled, a clock set.
  void after(std::chrono::nanoseconds time, std::function<void()> act);
  // The machine slept: the wall clock went on, the steady one did not.
  void suspend(std::chrono::milliseconds slept) { net_.virtual_clock().jump_wall_clock(slept); }
  // Our process was not run for a while; what arrived meanwhile is there at once.
  void stall(std::chrono::nanoseconds time) { net_.virtual_clock().advance(time); }

  [[nodiscard]] SimRecord& record() { return record_; }
  // By the source address: TCP answers that reached our machine.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

  [[nodiscard]] Result<probe::Way> find_way(const net::Address& ip) override;
  [[nodiscard]] Result<std::unique_ptr<probe::RawLink>> open_link(const probe::Way& way,
                                                                  std::uint16_t first_port,
                                                                  std::uint16_t last_port) override;

  std::uint16_t next_source_port() override;
  std::optional<Answer> send_syn(const SocketFlow& flow, int tries) override;
  void on_connected(const SocketFlow& flow) override;
  void on_closed(const SocketFlow& flow) override;
  bool send_bytes(const SocketFlow& flow, BytesView bytes) override;
  std::vector<Answer> send_datagram(const SocketFlow& flow, BytesView bytes) override;

 private:
  class Link;
  struct Arrival {
    SteadyTime at;
    Reply reply;
  };
  using Event = std::function<void()>;

  void on_alarm() override;
  void schedule(SteadyTime at, Event event);
  void set_alarm();
  // Out, to whoever lives there, and back: what will arrive, and when; in order of arrival.
  std::vector<Arrival> carry(const SimPacket& packet, Origin origin);
  void answer(const SimPacket& packet, SteadyTime at, Replies& replies);
  void bring_back(const Flow& flow, const net::Address& ip, SteadyTime at, Replies& replies,
                  std::vector<Arrival>& arrivals);
  // As events of the clock.
  void expect(std::vector<Arrival> arrivals);
  void deliver(const SimPacket& packet);
  void repeat_synack(const net::Address& ip, const Flow& flow, int tries);
  bool send_frame(const probe::Outgoing& frame, bool ethernet);
  [[nodiscard]] SimHost* living(const net::Address& ip);
  [[nodiscard]] SimPacket packet_of(const SocketFlow& flow, SimKind kind) const;
  [[nodiscard]] const net::Address& own_address(bool six) const {
    return six ? own_six_ : own_four_;
  }

  FakeNet& net_;
  const targets::Scope& scope_;
  Rng rng_;
  SimPath out_, in_;
  SimRecord record_;
  std::vector<probe::Way> ways_;
  std::vector<ActorPtr> actors_;
  std::unordered_map<net::Address, SimHost> hosts_;
  std::vector<Link*> links_;
  LinkTraits link_traits_;
  net::Address own_four_, own_six_;
  bool kernel_resets_{true};
  std::set<std::uint16_t> socket_ports_;
  std::uint64_t sockets_{0}, delivered_{0};
  std::multimap<SteadyTime, Event> events_;
  std::optional<probe::Alarms::Entry> alarm_;
};

}  // namespace qingdan::test
