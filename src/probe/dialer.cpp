// dialer — see the header. Short on purpose: this is the code that must be right.
#include "qingdan/probe/dialer.h"

#include <utility>

#include "qingdan/base/contract.h"
#include "qingdan/probe/table.h"

namespace qingdan::probe {
namespace {

// Payload of one segment on Ethernet: 1500 less the headers of IPv4 and TCP with timestamps.
constexpr std::size_t kSegment = 1448;
std::uint32_t segments(std::size_t bytes) {
  return static_cast<std::uint32_t>((bytes + kSegment - 1) / kSegment);
}

// So long a connection may stand waiting for its FIN to be affordable.
constexpr std::chrono::milliseconds kFinishPatience{3000};
constexpr std::chrono::milliseconds kDrainLeast{200};
constexpr std::chrono::milliseconds kSpendSlice{100};
// Where packets are counted a peer must not be able to make us acknowledge dozens at once: two
// segments at a time, doubled by the kernel for its own bookkeeping (tcp(7)).
constexpr int kPacedWindow = 4096;

}  // namespace

std::string_view to_string(DialOutcome outcome) {
  switch (outcome) {
    case DialOutcome::connected:
      return "connected";
    case DialOutcome::refused:
      return "refused";
    case DialOutcome::timeout:
      return "timeout";
    case DialOutcome::unreachable:
      return "unreachable";
    case DialOutcome::prohibited:
      return "prohibited";
    case DialOutcome::exhausted:
      return "exhausted";
    case DialOutcome::out_of_scope:
      return "out of scope";
    case DialOutcome::aborted:
      return "aborted";
  }
  return "";
}

Connection::Connection(Dialer& dialer, targets::ApprovedTarget target, Connected connected,
                       std::unique_ptr<Devices::Line> line)
    : dialer_(&dialer),
      target_(std::move(target)),
      line_(std::move(line)),
      stream_(std::move(connected.stream)),
      outcome_(connected.outcome),
      rtt_(connected.rtt) {}

Awaitable<ReadResult> Connection::read(Deadline by) {
  QD_EXPECTS(stream_);
  auto read = co_await stream_->read(by);
  if (read.outcome == ReadOutcome::bytes) {
    dialer_->tell_heard(target_->ip());
    dialer_->spent(target_->ip(), segments(read.bytes.size()));
    // What we have not read closes the peer's window: reading on is what makes it send on, and us
    // acknowledge.
    co_await dialer_->spend(target_->ip(), 1, by);
  }
  if (read.outcome == ReadOutcome::closed) dialer_->spent(target_->ip(), 1);
  co_return read;
}

Awaitable<bool> Connection::write(Bytes bytes, Deadline by) {
  QD_EXPECTS(stream_);
  if (!dialer_->permits(*target_)) co_return false;
  auto paid = co_await dialer_->spend(target_->ip(), segments(bytes.size()), by);
  if (!paid) co_return false;
  auto written = co_await stream_->write(std::move(bytes), by);
  co_return written;
}

// FIN, and the acknowledgement of the peer's. A connection is closed properly even where the budget
// does not allow it in time: half-closed ones are what breaks small devices.
Awaitable<void> Connection::finish(Deadline by) {
  QD_EXPECTS(stream_);
  const Deadline patience{by.at + kFinishPatience};
  auto paid = co_await dialer_->spend(target_->ip(), 2, patience);
  if (!paid) dialer_->spent(target_->ip(), 2);
  const Deadline drained{std::max(by.at, dialer_->clock().steady() + kDrainLeast)};
  co_await stream_->finish(drained);
}

DatagramExchange::DatagramExchange(Dialer& dialer, targets::ApprovedTarget target,
                                   std::unique_ptr<DatagramSocket> socket)
    : dialer_(dialer), target_(std::move(target)), socket_(std::move(socket)) {}

DatagramOutcome DatagramExchange::send(BytesView bytes) {
  if (!dialer_.permits(target_)) return DatagramOutcome::out_of_scope;
  if (!socket_) return DatagramOutcome::exhausted;
  dialer_.note(target_.ip(), model::SendKind::udp);
  return socket_->send(bytes);
}

Awaitable<Datagram> DatagramExchange::receive(Deadline by) {
  QD_EXPECTS(socket_);
  auto datagram = co_await socket_->receive(by);
  const auto outcome = datagram.outcome;
  if (outcome == DatagramOutcome::bytes || outcome == DatagramOutcome::refused) {
    dialer_.tell_heard(target_.ip());
  }
  co_return datagram;
}

bool Dialer::permits(const targets::ApprovedTarget& target) {
  if (breaches_ != 0) {
    ++breaches_;
    return false;
  }
  if (scope_.approve(target.ip(), target.transport(), target.port())) return true;
  ++breaches_;
  first_breach_ = target.ip().to_string() + " port " + std::to_string(target.port()) + "/" +
                  std::string(net::to_string(target.transport()));
  return false;
}

void Dialer::note(const net::Address& ip, model::SendKind kind) {
  if (log_ == nullptr) return;
  auto& entry = log_->count(ip, kind, 1, clock().now());
  if (entry.packets == 1) entry.from = sockets_.source_of(ip).value_or(net::Address());
}

void Dialer::note(const net::Address& ip, model::SendKind kind, const net::Address& from,
                  UnixMillis at) {
  if (log_ != nullptr) log_->count(ip, kind, 1, at).from = from;
}

void Dialer::charge(targets::Budget& budget) {
  budget_ = &budget;
  if (!budget.unlimited()) sockets_.limit_receive_window(kPacedWindow);
}

Awaitable<bool> Dialer::spend(net::Address ip, std::uint32_t packets, Deadline by) {
  if (budget_ == nullptr || budget_->unlimited() || packets == 0) co_return true;
  Event timer(sockets_.executor(), sockets_.alarms());
  while (true) {
    const auto now = clock().steady();
    const bool fragile = devices_ != nullptr && devices_->fragile(ip);
    const auto later = budget_->try_take(ip, now, {packets, true, fragile});
    if (!later) co_return true;
    if (*later > by.at) co_return false;
    const auto until = std::min(*later, now + kSpendSlice);
    const bool woken = co_await timer.wait_until(until);
    // An alarm before its time is a stop (abort_waits).
    if (!woken && clock().steady() < until) co_return false;
  }
}

void Dialer::spent(const net::Address& ip, std::uint32_t packets) {
  if (budget_ == nullptr || budget_->unlimited() || packets == 0) return;
  budget_->force(ip, clock().steady(), packets);
}

Awaitable<Connection> Dialer::dial(targets::ApprovedTarget target, Deadline by,
                                   model::SendKind kind) {
  Connected connected;
  std::unique_ptr<Devices::Line> line;
  if (permits(target)) {
    if (devices_ != nullptr) line = devices_->hold_line(target.ip());
    note(target.ip(), kind);
    const auto begun = clock().steady();
    auto made = co_await sockets_.connect(target, by);
    connected = std::move(made);
    if (connected.outcome == DialOutcome::connected) spent(target.ip(), 1);  // its third packet
    tell_outcome(target, connected.outcome, begun);
  } else {
    connected.outcome = DialOutcome::out_of_scope;
  }
  if (connected.outcome != DialOutcome::connected) line.reset();
  co_return Connection(*this, std::move(target), std::move(connected), std::move(line));
}

// Industrial devices have few slots and printers print what they are sent, so their ports never
// become a sentinel; that they answered counts all the same.
void Dialer::tell_answered(const targets::ApprovedTarget& target, bool open) {
  const net::TransportPort port{target.transport(), target.port()};
  if (devices_ != nullptr && open) devices_->on_open(target.ip(), port);
  if (guard_ == nullptr) return;
  const auto now = clock().steady();
  if (class_of(port) == PortClass::normal) {
    guard_->on_answer(target.ip(), port, open, now);
  } else {
    guard_->on_heard(target.ip(), now);
  }
}

void Dialer::tell_outcome(const targets::ApprovedTarget& target, DialOutcome outcome,
                          SteadyTime begun) {
  switch (outcome) {
    case DialOutcome::connected:
      if (devices_ != nullptr) devices_->on_connected(target.ip(), target.port());
      tell_answered(target, true);
      break;
    case DialOutcome::refused:
      tell_answered(target, false);
      break;
    case DialOutcome::timeout:
    case DialOutcome::unreachable:
      // A deadline that had passed before it began waited for nobody.
      if (guard_ != nullptr && clock().steady() > begun) guard_->on_silence(target.ip(), begun);
      break;
    case DialOutcome::prohibited:
    case DialOutcome::exhausted:
    case DialOutcome::out_of_scope:
    case DialOutcome::aborted:
      break;
  }
}

void Dialer::tell_heard(const net::Address& ip) {
  if (guard_ != nullptr) guard_->on_heard(ip, clock().steady());
}

DatagramExchange Dialer::open_udp(const targets::ApprovedTarget& target, AnswersFrom from) {
  std::unique_ptr<DatagramSocket> socket;
  if (permits(target)) socket = sockets_.open_udp(target, from);
  return DatagramExchange(*this, target, std::move(socket));
}

Result<void> Dialer::breach() const {
  if (breaches_ == 0) return {};
  return Error{ErrorCode::refused,
               scope_.name() + ": a probe was about to leave for " + first_breach_ +
                   ", which is outside the scope; nothing was sent, the run ends here",
               "probe: dialer"};
}

}  // namespace qingdan::probe
