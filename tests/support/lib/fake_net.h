// fake_net — a network in one process on a virtual clock: hosts with scripted ports behind the same
// seam as the real one. Nothing is random but what a seed says, and no time passes in fact.
//
// run() lets everything runnable run, then moves the clock to the next alarm. What was asked of
// whom is recorded, so that tests assert what was *sent*.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/base/rng.h"
#include "qingdan/probe/sockets.h"
#include "support/lib/peers.h"

namespace qingdan::test {

enum class PortKind : std::uint8_t { open, refused, silent, unreachable, prohibited };
using UdpReply = std::function<std::optional<Bytes>(BytesView)>;  // nullopt: silence

struct FakePort {
  PortKind kind{PortKind::silent};
  MakePeer peer;   // TCP, where open
  UdpReply reply;  // UDP, where open
};

struct FakeHost {
  std::map<net::TransportPort, FakePort> ports;
  FakePort others{PortKind::refused, {}, {}};  // every port not in `ports`
  std::chrono::nanoseconds round_trip{std::chrono::milliseconds(2)};
};

struct Attempt {  // a handshake begun, or a datagram sent
  net::Address ip;
  net::TransportPort port;
  SteadyTime at;
};

struct FakeTraffic {
  std::vector<Attempt> attempts;
  std::map<std::pair<net::Address, net::TransportPort>, Bytes> payload;
  std::map<net::Address, std::size_t> open_at, most_open_at;  // connections of one host
  std::size_t open{0}, most_open{0}, fins{0}, dropped{0};     // dropped: closed without FIN
};

// Our end of a connection or a datagram socket.
struct SocketFlow {
  net::Address ip;
  net::TransportPort port;
  std::uint16_t source_port{0};
};

// Decides in FakeNet's place what becomes of the packets of sockets, so that raw packets and
// sockets meet the same hosts (sim_net.h).
class SocketWorld {
 public:
  struct Answer {
    SteadyTime at{};
    PortKind kind{PortKind::silent};
    MakePeer peer;  // of a connection
    Bytes bytes;    // of a datagram
  };
  virtual ~SocketWorld() = default;
  [[nodiscard]] virtual std::uint16_t next_source_port() = 0;
  // The kernel's SYN leaves now, for the `tries`-th time from 0. What comes back first, if
  // anything.
  [[nodiscard]] virtual std::optional<Answer> send_syn(const SocketFlow& flow, int tries) = 0;
  virtual void on_connected(const SocketFlow& flow) = 0;
  virtual void on_closed(const SocketFlow& flow) = 0;  // or never connected
  // False: the host is there no more and answers nothing.
  [[nodiscard]] virtual bool send_bytes(const SocketFlow& flow, BytesView bytes) = 0;
  [[nodiscard]] virtual std::vector<Answer> send_datagram(const SocketFlow& flow,
                                                          BytesView bytes) = 0;
};

// The network's clock as the product reads it. With a creep each reading of steady() comes later
// than the one before, as on a machine: two readings of one step are then never the same.
class CreepingClock final : public Clock {
 public:
  explicit CreepingClock(VirtualClock& of) : of_(of) {}
  // `on_reading` may end what would read it for ever.
  void set_creep(std::chrono::nanoseconds each_reading,
                 std::function<void(SteadyTime)> on_reading) {
    creep_ = each_reading;
    on_reading_ = std::move(on_reading);
  }
  [[nodiscard]] UnixMillis now() const override { return of_.now(); }
  [[nodiscard]] SteadyTime steady() const override {
    of_.advance(creep_);
    if (on_reading_) on_reading_(of_.steady());
    return of_.steady();
  }

 private:
  VirtualClock& of_;  // the network's own, which reads it without creep
  std::chrono::nanoseconds creep_{0};
  std::function<void(SteadyTime)> on_reading_;
};

class FakeNet final : public probe::Sockets {
 public:
  explicit FakeNet(std::uint64_t seed = 1);
  ~FakeNet() override;

  FakeHost& host(std::string_view ip);  // made where not there; addresses without host are silent
  void listen(std::string_view ip, std::uint16_t port, MakePeer peer);
  void answer_udp(std::string_view ip, std::uint16_t port, UdpReply reply);
  // Every packet is lost with this chance, either way; handshakes are repeated as a kernel does.
  void set_loss(double each_way) { loss_ = each_way; }
  void set_capacity(std::size_t sockets) { capacity_ = sockets; }
  // Connections beyond this many at once fail for want of descriptors, whatever capacity() says.
  void set_descriptors(std::size_t sockets) { descriptors_ = sockets; }
  // Outlives the sockets. With a world, set_loss() means nothing.
  void set_world(SocketWorld* world) { world_ = world; }
  [[nodiscard]] const FakeHost* find_host(const net::Address& ip) const;
  void set_creep(std::chrono::nanoseconds each_reading,
                 std::function<void(SteadyTime)> on_reading = {}) {
    read_clock_.set_creep(each_reading, std::move(on_reading));
  }
  // Sees every attempt; with a hook none is recorded.
  void set_hook(std::function<void(const Attempt&)> hook) { hook_ = std::move(hook); }

  void spawn(Awaitable<void> task);
  // Until nothing is left to run and no alarm is set; false where `most` virtual time passed
  // before.
  bool run(std::chrono::nanoseconds most = std::chrono::hours(100));
  // Runs `task` to its end and returns what it returned.
  template <class T>
  T await(Awaitable<T> task) {
    std::optional<T> result;
    spawn(store(std::move(task), result));
    run();
    return std::move(result.value());
  }

  [[nodiscard]] VirtualClock& virtual_clock() { return clock_; }
  [[nodiscard]] const FakeTraffic& traffic() const { return traffic_; }
  [[nodiscard]] std::size_t attempts_at(std::string_view ip, std::uint16_t port) const;
  [[nodiscard]] std::string payload(std::string_view ip, std::uint16_t port,
                                    net::Transport transport = net::Transport::tcp) const;

  Executor executor() override { return context_.get_executor(); }
  const Clock& clock() const override { return read_clock_; }
  probe::Alarms& alarms() override;
  std::size_t capacity() const override { return capacity_; }
  Awaitable<probe::Connected> connect(targets::ApprovedTarget target, Deadline by) override;
  std::unique_ptr<probe::DatagramSocket> open_udp(const targets::ApprovedTarget& target,
                                                  probe::AnswersFrom from) override;

 private:
  template <class T>
  static Awaitable<void> store(Awaitable<T> task, std::optional<T>& result) {
    auto value = co_await std::move(task);
    result.emplace(std::move(value));
  }
  [[nodiscard]] FakePort port_of(const net::Address& ip, net::TransportPort port) const;
  [[nodiscard]] bool lost();
  void note(const net::Address& ip, net::TransportPort port);
  // After how long the handshake is answered; nullopt: not before `patience`.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> answered_after(
      const net::Address& ip, std::chrono::nanoseconds patience);

  [[nodiscard]] Awaitable<probe::Connected> connect_in_world(targets::ApprovedTarget target,
                                                             Deadline by);

  class Alarm;
  class Wire;
  class DatagramWire;
  boost::asio::io_context context_;
  VirtualClock clock_;
  CreepingClock read_clock_{clock_};
  std::unique_ptr<Alarm> alarms_;
  std::map<net::Address, FakeHost> hosts_;
  FakeTraffic traffic_;
  SocketWorld* world_{nullptr};
  std::function<void(const Attempt&)> hook_;
  Rng rng_;
  double loss_{0};
  std::size_t capacity_{20'000};
  std::size_t descriptors_{1'000'000};
};

}  // namespace qingdan::test
