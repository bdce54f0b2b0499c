// dialer — see the header. Short on purpose: this is the code that must be right.
#include "qingdan/probe/dialer.h"

#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan::probe {

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

Connection::Connection(Dialer& dialer, targets::ApprovedTarget target, Connected connected)
    : dialer_(&dialer),
      target_(std::move(target)),
      stream_(std::move(connected.stream)),
      outcome_(connected.outcome),
      rtt_(connected.rtt) {}

Awaitable<ReadResult> Connection::read(Deadline by) {
  QD_EXPECTS(stream_);
  return stream_->read(by);
}

Awaitable<bool> Connection::write(Bytes bytes, Deadline by) {
  QD_EXPECTS(stream_);
  if (!dialer_->permits(*target_)) co_return false;
  auto written = co_await stream_->write(std::move(bytes), by);
  co_return written;
}

Awaitable<void> Connection::finish(Deadline by) {
  QD_EXPECTS(stream_);
  return stream_->finish(by);
}

DatagramExchange::DatagramExchange(Dialer& dialer, targets::ApprovedTarget target,
                                   std::unique_ptr<DatagramSocket> socket)
    : dialer_(dialer), target_(std::move(target)), socket_(std::move(socket)) {}

DatagramOutcome DatagramExchange::send(BytesView bytes) {
  if (!dialer_.permits(target_)) return DatagramOutcome::out_of_scope;
  if (!socket_) return DatagramOutcome::exhausted;
  return socket_->send(bytes);
}

Awaitable<Datagram> DatagramExchange::receive(Deadline by) {
  QD_EXPECTS(socket_);
  return socket_->receive(by);
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

Awaitable<Connection> Dialer::dial(targets::ApprovedTarget target, Deadline by) {
  Connected connected;
  if (permits(target)) {
    auto made = co_await sockets_.connect(target, by);
    connected = std::move(made);
  } else {
    connected.outcome = DialOutcome::out_of_scope;
  }
  co_return Connection(*this, std::move(target), std::move(connected));
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
