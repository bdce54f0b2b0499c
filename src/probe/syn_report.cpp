// syn_report — where a half-open sweep stands, for people, for coverage and for a checkpoint; and
// putting a new one where an earlier one stood.
#include "qingdan/base/contract.h"
#include "recapture.h"
#include "sweep_run.h"
#include "syn_run.h"

namespace qingdan::probe {

SweepProgress SynSweep::progress() const {
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
  now.pass = count.pass;
  now.retries = state_->settings.retries;
  return now;
}

LinkCounters SynSweep::link_counters() const { return state_->ways.counters(); }

model::HostOutcome SynSweep::outcome(const net::Address& ip) const {
  const auto& state = *state_;
  const auto index = state.pacer.dialer().scope().index_of(ip);
  const auto ports = state.source.size() / state.decided.size();
  if (!index || state.decided[*index] < ports) return model::HostOutcome::skipped;
  const auto* host = state.hosts.find(ip);
  if (host == nullptr) return model::HostOutcome::silent;
  if (host->answered) return model::HostOutcome::answered;
  return host->unreachable ? model::HostOutcome::unreachable : model::HostOutcome::silent;
}

std::vector<model::PrefixReport> SynSweep::reports(bool all) {
  auto& state = *state_;
  const auto ports = state.source.size() / state.decided.size();
  auto made = report_blocks(state.pacer.dialer().scope(), state.hosts, ports,
                            state.halted() ? "stopped" : "not asked yet", all);
  for (auto& report : made) {
    const auto sample = state.samples.find(report.block);
    const auto kept = sample == state.samples.end() ? State::Sample{} : sample->second;
    report.found_both = kept.heard;
    const auto loss = estimate_loss({report.answered - report.answered_late, report.answered_late,
                                     kept.asked, kept.heard});
    if (!loss) continue;
    report.loss_estimate = *loss;
    report.missed_estimate =
        estimate_missed(report.found_first_pass_only + report.found_second_only, *loss);
  }
  return made;
}

model::Checkpoint SynSweep::checkpoint() {
  auto& state = *state_;
  model::Checkpoint made;
  made.positions = state.source.size();
  made.pass = state.pass;
  made.pages = state.marks.take_changed();
  made.hosts = state.hosts.take_changed();
  made.report = reports(!state.reported);
  state.reported = true;
  return made;
}

// What the marks say of the counters and of the addresses.
void SynSweep::State::recount() {
  const auto& scope = pacer.dialer().scope();
  for (std::uint64_t at = 0; at < source.size(); ++at) {
    const auto mark = marks.at(at);
    if (mark == Mark::not_asked) ++count.not_asked;
    if (mark != Mark::done) continue;
    ++count.done;
    const auto target = source.at(at);
    if (!target) continue;
    hosts.on_block_done(target->ip());
    if (const auto index = scope.index_of(target->ip())) ++decided[*index];
  }
}

bool SynSweep::has_verdict(std::uint64_t position) const {
  return state_->marks.at(position) == Mark::done;
}

void SynSweep::resume(const model::Checkpoint& from) {
  auto& state = *state_;
  QD_EXPECTS(state.pass == 0 && from.positions == state.source.size());
  for (const auto& page : from.pages) state.marks.load(page);
  for (const auto& host : from.hosts) state.hosts.restore(host);
  for (const auto& report : from.report) state.hosts.restore(report);
  state.recount();
  put_back(state.count, from.counts);
}

}  // namespace qingdan::probe
