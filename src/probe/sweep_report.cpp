// sweep_report — where a sweep stands, for people, for coverage and for a checkpoint; and putting a
// new sweep where an earlier one stood.
#include <algorithm>
#include <map>
#include <tuple>

#include "qingdan/base/contract.h"
#include "sweep_run.h"

namespace qingdan::probe {
namespace {

// Two passes, of which the second asks only what was silent in the first: the removal estimate
// (Zippin 1958). Of T that are there the first pass finds T(1-p), the second Tp(1-p), so that their
// ratio is p, the share that is lost.
void estimate(model::PrefixReport& report) {
  const auto first = static_cast<double>(report.answered - report.answered_late);
  const auto late = static_cast<double>(report.answered_late);
  if (first <= 0 || late >= first) return;
  const double lost = late / first;
  const auto found = static_cast<double>(report.found_first_pass_only + report.found_second_only);
  report.loss_estimate = lost;
  report.missed_estimate = found * lost * lost / (1 - lost * lost);
}

void explain(model::PrefixReport& report, const std::string& why) {
  if (report.not_probed == 0) return;
  report.note = report.deferred != 0 ? "window closed" : why;
}

}  // namespace

SweepProgress Sweep::progress() const {
  const auto& count = state_->count;
  SweepProgress now;
  now.planned = state_->source.size();
  now.sent = count.sent;
  now.retried = count.retried;
  now.answered = count.answered;
  now.open = count.open;
  now.closed = count.closed;
  now.filtered = count.filtered;
  now.done = count.done;
  now.not_asked = count.not_asked;
  now.deferred = count.deferred;
  now.paused_until = {count.paused_until};
  now.in_flight = count.in_flight;
  now.window = count.window;
  now.shortages = count.shortages;
  now.pass = count.pass;
  now.retries = state_->settings.retries;
  return now;
}

model::HostOutcome Sweep::outcome(const net::Address& ip, std::size_t ports) const {
  return state_->hosts.outcome(ip, ports);
}

std::vector<model::CoverageBlock> Sweep::coverage(std::size_t ports) const {
  return cover_scope(state_->pacer.dialer().scope(),
                     [&](const net::Address& ip) { return outcome(ip, ports); });
}

std::vector<model::CoverageBlock> cover_scope(
    const targets::Scope& scope,
    const std::function<model::HostOutcome(const net::Address&)>& outcome) {
  std::vector<model::CoverageBlock> blocks;
  for (const auto& range : scope.ranges()) {
    const auto size = range.addresses.size();
    net::Address block;
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto ip = net::Address::from_number(range.addresses.first.number() + i,
                                                range.addresses.first.is_v6());
      // One block of outcomes per /24 or /64, so that a report can name it.
      const auto base = net::block_of(ip).base;
      if (i == 0 || base != block) blocks.push_back({range.area->zone, ip, {}});
      block = base;
      blocks.back().outcomes.push_back(outcome(ip));
    }
  }
  std::sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) {
    return std::tie(a.zone, a.first) < std::tie(b.zone, b.first);
  });
  return blocks;
}

std::uint64_t Sweep::State::low_water() const {
  std::uint64_t low = looking_again ? source.size() : position;
  if (!outstanding.empty()) low = std::min(low, *outstanding.begin());
  if (!deferred.empty()) low = std::min(low, deferred.first());
  return low;
}

std::vector<model::PrefixReport> report_blocks(const targets::Scope& scope, Hosts& hosts,
                                               std::uint64_t ports, const std::string& why,
                                               bool all) {
  std::map<net::Address, model::PrefixReport> reports;
  for (const auto& range : scope.ranges()) {
    auto ip = range.addresses.first;
    for (auto left = range.addresses.size(); left != 0;) {
      const auto block = net::block_of(ip).range();
      const auto here = std::min(left, net::AddressRange{ip, block.last}.size());
      auto& report = reports[block.first];
      if (report.addresses == 0) report.zone = range.area->zone;
      report.block = block.first;
      report.addresses += here;
      left -= here;
      if (left != 0) ip = net::Address::from_number(ip.number() + here, ip.is_v6());
    }
  }
  std::vector<model::PrefixReport> made;
  for (auto& [base, report] : reports) {
    auto& record = hosts.blocks()[base];
    if (!all && !record.changed) continue;
    record.changed = false;
    report.planned = report.addresses * ports;
    report.asked = record.done;
    report.answered = record.answered;
    report.answered_late = record.answered_late;
    report.found_first_pass_only = record.found_first;
    report.found_second_only = record.found_second;
    report.deferred = record.deferred;
    report.not_probed = report.planned - std::min(report.planned, report.asked);
    estimate(report);
    explain(report, why);
    made.push_back(std::move(report));
  }
  return made;
}

std::vector<model::PrefixReport> Sweep::reports(bool all) {
  auto& state = *state_;
  const auto& scope = state.pacer.dialer().scope();
  const std::uint64_t ports =
      state.source.size() / std::max<std::uint64_t>(1, scope.address_count());
  return report_blocks(scope, state.hosts, ports, state.halted() ? "stopped" : "not asked yet", all);
}

model::Checkpoint Sweep::checkpoint() {
  auto& state = *state_;
  model::Checkpoint made;
  made.positions = state.source.size();
  made.pass = state.pass;
  made.position = state.low_water();
  made.pages = state.marks.take_changed();
  made.hosts = state.hosts.take_changed();
  made.report = reports(!state.reported);
  state.reported = true;
  return made;
}

// What the marks say of the counters, of the hosts and of the passes still to come.
void Sweep::State::recount() {
  for (std::uint64_t at = 0; at < source.size(); ++at) {
    const auto mark = marks.at(at);
    if (mark == Mark::untried) continue;
    if (mark == Mark::silent) ++still_silent;
    if (mark == Mark::not_asked) ++count.not_asked;
    if (mark != Mark::done) continue;
    ++count.done;
    if (const auto target = source.at(at)) hosts.on_done(target->ip());
  }
}

bool Sweep::has_verdict(std::uint64_t position) const {
  return state_->marks.at(position) == Mark::done;
}

void Sweep::resume(const model::Checkpoint& from) {
  auto& state = *state_;
  QD_EXPECTS(state.pass == 0 && from.positions == state.source.size());
  for (const auto& page : from.pages) state.marks.load(page);
  for (const auto& host : from.hosts) state.hosts.restore(host);
  for (const auto& report : from.report) state.hosts.restore(report);
  state.recount();
  put_back(state.count, from.counts);
  state.pass = std::max(from.pass, 1) - 1;
  state.start = std::min(from.position, from.positions);
}

}  // namespace qingdan::probe
