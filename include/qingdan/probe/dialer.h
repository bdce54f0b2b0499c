// dialer — the one door through which probes reach the network. Asks the scope again immediately
// before every connect and every send, whatever the caller holds, and fails closed: after the first
// breach nothing leaves any more, and the run must end (breach()).
//   D1  no packet goes to an endpoint for which scope.approve() says no at that moment
//   D2  after one breach every call answers out_of_scope
// Not thread-safe; owned by app, outlives every probe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "qingdan/base/result.h"
#include "qingdan/probe/devices.h"
#include "qingdan/probe/guard.h"
#include "qingdan/probe/send_log.h"
#include "qingdan/probe/sockets.h"
#include "qingdan/targets/budget.h"
#include "qingdan/targets/scope.h"

namespace qingdan::probe {

class Dialer;

// A connection whose writes go through the guard, and whose packets are all paid for: data and FIN
// wait for the budget, what the kernel sends by itself (acknowledgements) is charged when it has.
// Movable; empty where the dial failed.
class Connection {
 public:
  Connection() = default;
  Connection(Dialer& dialer, targets::ApprovedTarget target, Connected connected,
             std::unique_ptr<Devices::Line> line);

  [[nodiscard]] DialOutcome outcome() const { return outcome_; }
  [[nodiscard]] bool connected() const { return outcome_ == DialOutcome::connected; }
  [[nodiscard]] std::chrono::nanoseconds rtt() const { return rtt_; }

  // EXPECTS connected() for these three.
  [[nodiscard]] Awaitable<ReadResult> read(Deadline by);
  [[nodiscard]] Awaitable<bool> write(Bytes bytes, Deadline by);
  [[nodiscard]] Awaitable<void> finish(Deadline by);

 private:
  Dialer* dialer_{nullptr};
  std::optional<targets::ApprovedTarget> target_;
  std::unique_ptr<Devices::Line> line_;  // counts as held while the connection stands
  std::unique_ptr<Stream> stream_;
  DialOutcome outcome_{DialOutcome::timeout};
  std::chrono::nanoseconds rtt_{-1};
};

// A UDP exchange whose sends go through the guard.
class DatagramExchange {
 public:
  DatagramExchange(Dialer& dialer, targets::ApprovedTarget target,
                   std::unique_ptr<DatagramSocket> socket);
  // `bytes`: it was sent.
  [[nodiscard]] DatagramOutcome send(BytesView bytes);
  [[nodiscard]] Awaitable<Datagram> receive(Deadline by);

 private:
  Dialer& dialer_;
  targets::ApprovedTarget target_;
  std::unique_ptr<DatagramSocket> socket_;
};

class Dialer {
 public:
  Dialer(const targets::Scope& scope, Sockets& sockets) : scope_(scope), sockets_(sockets) {}
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

  // Where what leaves is written down; outlives the dialer. Without one nothing is.
  void keep_log(SendLog& log) { log_ = &log; }

  // Whom the packets of connections are charged to; outlives the dialer. Without one to nobody. The
  // handshake's first packet is the caller's affair (Pacer).
  void charge(targets::Budget& budget);
  // Waits until so many packets may leave; false: not by then.
  [[nodiscard]] Awaitable<bool> spend(net::Address ip, std::uint32_t packets, Deadline by);
  // Packets that left without asking.
  void spent(const net::Address& ip, std::uint32_t packets);

  [[nodiscard]] Awaitable<Connection> dial(targets::ApprovedTarget target, Deadline by,
                                           model::SendKind kind = model::SendKind::tcp_connect);
  [[nodiscard]] DatagramExchange open_udp(const targets::ApprovedTarget& target,
                                          AnswersFrom from = AnswersFrom::asked_port);

  void note(const net::Address& ip, model::SendKind kind);
  // The same of a raw frame, whose sender knows its own address and the time of its batch.
  void note(const net::Address& ip, model::SendKind kind, const net::Address& from, UnixMillis at);
  // False counts as a breach.
  [[nodiscard]] bool permits(const targets::ApprovedTarget& target);
  [[nodiscard]] std::uint64_t breaches() const { return breaches_; }
  // ErrorCode::refused with the endpoint, where the guard had to say no.
  [[nodiscard]] Result<void> breach() const;

  [[nodiscard]] const targets::Scope& scope() const { return scope_; }
  [[nodiscard]] Sockets& sockets() { return sockets_; }
  [[nodiscard]] const Clock& clock() const { return sockets_.clock(); }
  // Tells `guard` what came back of every handshake and datagram from now on; it outlives the
  // dialer.
  void watch(Guard& guard) { guard_ = &guard; }
  // What answered; for those that do not dial, as the half-open sweep.
  void tell_answered(const targets::ApprovedTarget& target, bool open);
  void tell_heard(const net::Address& ip);
  [[nodiscard]] Guard* guard() const { return guard_; }  // nullptr: nobody watches
  // Tells `devices` which ports are open and which lines are held; it outlives the dialer.
  void mind(Devices& devices) { devices_ = &devices; }
  [[nodiscard]] Devices* devices() const { return devices_; }  // nullptr: ports alone decide
  // Ends every wait of every probe on this thread now: for a stop.
  void abort_waits() { sockets_.alarms().fire(SteadyTime::max()); }

 private:
  void tell_outcome(const targets::ApprovedTarget& target, DialOutcome outcome, SteadyTime begun);

  const targets::Scope& scope_;
  Sockets& sockets_;
  targets::Budget* budget_{nullptr};
  SendLog* log_{nullptr};
  std::uint64_t breaches_{0};
  std::string first_breach_;
  Guard* guard_{nullptr};
  Devices* devices_{nullptr};
};

}  // namespace qingdan::probe
