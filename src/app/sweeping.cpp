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
  a.retries = std::max(a.retries, b.retries);
  return a;
}

// What two engines know of one address.
std::vector<model::HostMark> join(std::vector<model::HostMark> a,
                                  const std::vector<model::HostMark>& b) {
  std::map<net::Address, model::HostMark> joined;
  for (auto& one : a) joined[one.ip] = one;
  for (const auto& one : b) {
    auto& mark = joined[one.ip];
    mark.ip = one.ip;
    mark.answered = mark.answered || one.answered;
    mark.unreachable = mark.unreachable || one.unreachable;
    mark.heard_on_try = std::max(mark.heard_on_try, one.heard_on_try);
  }
  a.clear();
  for (const auto& [ip, mark] : joined) a.push_back(mark);
  return a;
}

// What two engines say of one block. The estimates are the half-open sweep's: UDP answers too rarely
// to count what was missed.
std::vector<model::PrefixReport> join(std::vector<model::PrefixReport> a,
                                      const std::vector<model::PrefixReport>& b) {
  std::map<net::Address, model::PrefixReport> joined;
  for (auto& one : a) joined[one.block] = std::move(one);
  for (const auto& one : b) {
    const auto [place, fresh] = joined.try_emplace(one.block, one);
    if (fresh) continue;
    auto& report = place->second;
    report.planned += one.planned;
    report.asked += one.asked;
    report.answered += one.answered;
    report.answered_late += one.answered_late;
    report.found_first_pass_only += one.found_first_pass_only;
    report.found_second_only += one.found_second_only;
    report.found_both += one.found_both;
    report.missed_estimate = one.missed_estimate;
    report.loss_estimate = one.loss_estimate;
    report.deferred += one.deferred;
    report.not_probed += one.not_probed;
    if (report.note.empty()) report.note = one.note;
  }
  a.clear();
  for (auto& [block, report] : joined) a.push_back(std::move(report));
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
  return target_of(order_.at(position));
}

void PermutedSource::read(std::uint64_t first,
                          std::span<std::optional<targets::ApprovedTarget>> into) const {
  std::array<std::uint64_t, 16> elements{};
  for (std::size_t done = 0; done < into.size();) {
    const auto some = std::span(elements).first(std::min(elements.size(), into.size() - done));
    order_.read(first + done, some);
    for (const auto element : some) into[done++] = target_of(element);
  }
}

std::optional<targets::ApprovedTarget> PermutedSource::target_of(std::uint64_t element) const {
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

Sweeping::Sweeping(probe::Pacer& pacer, probe::RawNetwork* raw, SweepPlan plan,
                   probe::SweepSink& sink)
    : scope_(pacer.dialer().scope()),
      slow_ports_(slow_ports(plan.ports, plan.method).size()),
      source_(scope_, slow_ports(plan.ports, plan.method), plan.key),
      half_open_source_(scope_, fast_ports(plan.ports, plan.method), plan.key),
      sweep_(pacer, source_, sink) {
  if (half_open_source_.size() == 0) return;
  QD_EXPECTS(raw != nullptr);
  probe::SynSettings settings;
  settings.ports = probe::read_source_ports();
  settings.key = random_key();
  half_open_ = std::make_unique<probe::SynSweep>(pacer, *raw, half_open_source_, sink, settings);
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

std::uint64_t Sweeping::page_offset() const {
  const auto per_page = model::kMarkPagePositions;
  return (half_open_source_.size() + per_page - 1) / per_page;
}

model::Checkpoint Sweeping::checkpoint() {
  auto slow = sweep_.checkpoint();
  if (!half_open_) return slow;
  auto fast = half_open_->checkpoint();
  for (auto& page : slow.pages) page.page += page_offset();
  slow.positions += fast.positions;
  if (slow.pass == 0) slow.pass = fast.pass;
  slow.pages.insert(slow.pages.end(), std::make_move_iterator(fast.pages.begin()),
                    std::make_move_iterator(fast.pages.end()));
  slow.hosts = join(std::move(slow.hosts), fast.hosts);
  // A block changed for one of them is told for both: a report replaces the one before.
  slow.report = join(sweep_.reports(true), half_open_->reports(true));
  return slow;
}

void Sweeping::resume(const model::Checkpoint& from) {
  if (!half_open_) return sweep_.resume(from);
  // Counts and reports are of both together; the half-open sweep, which is most of it, keeps them.
  model::Checkpoint fast, slow;
  fast.positions = half_open_source_.size();
  fast.hosts = from.hosts;
  fast.report = from.report;
  fast.counts = from.counts;
  slow.positions = source_.size();
  slow.hosts = from.hosts;
  for (const auto& page : from.pages) {
    auto& owner = page.page < page_offset() ? fast : slow;
    owner.pages.push_back(page);
    if (&owner == &slow) owner.pages.back().page -= page_offset();
  }
  half_open_->resume(fast);
  const bool began = half_open_->progress().done + half_open_->progress().not_asked ==
                     half_open_source_.size();
  if (began) {
    slow.pass = from.pass;
    slow.position = from.position;
  }
  sweep_.resume(slow);
}

bool Sweeping::has_verdict(const model::Endpoint& at) const {
  const net::TransportPort port{at.transport, at.port};
  if (half_open_ && at.transport == net::Transport::tcp) {
    const auto position = half_open_source_.position_of(at.ip, port);
    return position && half_open_->has_verdict(*position);
  }
  const auto position = source_.position_of(at.ip, port);
  return position && sweep_.has_verdict(*position);
}

}  // namespace qingdan::app
