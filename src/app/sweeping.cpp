// sweeping — see sweeping.h.
#include "app/sweeping.h"

#include "qingdan/base/contract.h"

namespace qingdan::app {
namespace {

std::uint32_t slot(net::TransportPort port) {
  return (port.transport == net::Transport::udp ? 1U << 16 : 0U) | port.port;
}

// What two engines say together of one address that both asked.
model::HostOutcome both(model::HostOutcome a, model::HostOutcome b) {
  using model::HostOutcome;
  for (const auto word : {HostOutcome::skipped, HostOutcome::error, HostOutcome::answered,
                          HostOutcome::unreachable}) {
    if (a == word || b == word) return word;
  }
  return HostOutcome::silent;
}

probe::SweepProgress sum(probe::SweepProgress a, const probe::SweepProgress& b) {
  a.planned += b.planned;
  a.sent += b.sent;
  a.retried += b.retried;
  a.answered += b.answered;
  a.open += b.open;
  a.closed += b.closed;
  a.filtered += b.filtered;
  a.done += b.done;
  a.not_asked += b.not_asked;
  a.in_flight += b.in_flight;
  a.window += b.window;
  a.shortages += b.shortages;
  a.pass = std::max(a.pass, b.pass);
  return a;
}

net::PortSet slow_ports(const net::PortSet& ports, Method method) {
  return method == Method::syn ? ports.only(net::Transport::udp) : ports;
}

net::PortSet fast_ports(const net::PortSet& ports, Method method) {
  return method == Method::syn ? ports.only(net::Transport::tcp) : net::PortSet{};
}

}  // namespace

PermutedSource::PermutedSource(const targets::Scope& scope, const net::PortSet& ports,
                               const Key128& key)
    : scope_(scope),
      ports_(ports.order()),
      index_(std::size_t{1} << 17, kNone),
      order_(key, scope.address_count() * ports.size()) {
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    index_[slot(ports_[i])] = static_cast<std::uint32_t>(i);
  }
}

std::optional<targets::ApprovedTarget> PermutedSource::at(std::uint64_t position) const {
  const std::uint64_t element = order_.at(position);
  const auto& port = ports_[element % ports_.size()];
  return scope_.approve(scope_.address_at(element / ports_.size()), port.transport, port.port);
}

std::optional<std::uint64_t> PermutedSource::position_of(const net::Address& ip,
                                                         net::TransportPort port) const {
  const auto index = index_[slot(port)];
  if (index == kNone) return std::nullopt;
  const auto address = scope_.index_of(ip);
  if (!address) return std::nullopt;
  return order_.inverse(*address * ports_.size() + index);
}

Sweeping::Sweeping(probe::Pacer& pacer, probe::RawNetwork* raw, const net::PortSet& ports,
                   Method method, probe::SweepSink& sink)
    : scope_(pacer.dialer().scope()),
      slow_ports_(slow_ports(ports, method).size()),
      source_(scope_, slow_ports(ports, method), random_key()),
      half_open_source_(scope_, fast_ports(ports, method), random_key()),
      sweep_(pacer, source_, sink) {
  if (half_open_source_.size() == 0) return;
  QD_EXPECTS(raw != nullptr);
  half_open_ = std::make_unique<probe::SynSweep>(pacer, *raw, half_open_source_, sink);
}

// The half-open sweep first: it is quick, and what it finds open can be interviewed meanwhile.
Awaitable<Result<void>> Sweeping::run() {
  if (half_open_) {
    auto swept = co_await half_open_->run();
    if (!swept) co_return swept.error();
  }
  auto rest = co_await sweep_.run();
  co_return rest;
}

probe::SweepProgress Sweeping::progress() const {
  return half_open_ ? sum(half_open_->progress(), sweep_.progress()) : sweep_.progress();
}

std::vector<model::CoverageBlock> Sweeping::coverage() const {
  return probe::cover_scope(scope_, [this](const net::Address& ip) {
    const auto slow = sweep_.outcome(ip, slow_ports_);
    return half_open_ ? both(half_open_->outcome(ip), slow) : slow;
  });
}

std::vector<probe::BlockReport> Sweeping::report() const {
  return half_open_ ? half_open_->report() : std::vector<probe::BlockReport>{};
}

}  // namespace qingdan::app
