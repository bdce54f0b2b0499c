// sweep_state — see the header.
#include "sweep_state.h"

#include <algorithm>
#include <cmath>

#include "qingdan/base/contract.h"

namespace qingdan::probe {

using std::chrono::nanoseconds;

void RoundTrip::add(nanoseconds sample) {
  const auto value = static_cast<double>(sample.count());
  // Beyond 8 s an answer belongs to nothing we still remember.
  if (value < 0 || value > 8e9) return;
  if (!known()) {
    smoothed_ = value;
    variance_ = std::clamp(value, 5e6, 2e9);
    return;
  }
  const double off = value - smoothed_;
  smoothed_ += off / 8;
  variance_ += (std::abs(off) - variance_) / 4;
}

nanoseconds RoundTrip::timeout() const {
  QD_EXPECTS(known());
  return nanoseconds(static_cast<std::int64_t>(smoothed_ + 4 * variance_));
}

const HostRecord* Hosts::find(const net::Address& ip) const {
  const auto found = hosts_.find(ip);
  return found == hosts_.end() ? nullptr : &found->second;
}

void Hosts::on_answer(const net::Address& ip, int attempt, nanoseconds rtt) {
  auto& host = hosts_[ip];
  auto& block = blocks_[net::block_of(ip).base];
  host.answered = true;
  host.heard_on_try = std::max(host.heard_on_try, attempt);
  block.heard_on_try = std::max(block.heard_on_try, attempt);
  if (rtt.count() < 0) return;
  host.round_trip.add(rtt);
  block.round_trip.add(rtt);
}

nanoseconds Hosts::timeout(const net::Address& ip, int attempt) const {
  const nanoseconds first = settings_.first_timeout;
  const nanoseconds least = settings_.least_timeout;
  const nanoseconds most = settings_.most_timeout;
  const auto* host = find(ip);
  if (host != nullptr && host->round_trip.known()) {
    return std::clamp(host->round_trip.timeout() * attempt, least, most);
  }
  // A host never heard: its neighbours are a prior for the first try only, as one slow site in a
  // fast block must not be missed twice.
  const auto block = blocks_.find(net::block_of(ip).base);
  if (attempt > 1 || block == blocks_.end() || !block->second.round_trip.known()) return first;
  return std::clamp(block->second.round_trip.timeout() * 2, std::min(3 * least, first), first);
}

int Hosts::tries(const net::Address& ip) const {
  const int plain = 1 + settings_.retries;
  const auto* host = find(ip);
  if (settings_.retries == 0 || host == nullptr || !host->answered) return plain;
  const auto block = blocks_.find(net::block_of(ip).base);
  int heard = host->heard_on_try;
  if (block != blocks_.end()) heard = std::max(heard, block->second.heard_on_try);
  return std::max(plain, std::min(1 + settings_.lossy_retries, heard + 1));
}

model::HostOutcome Hosts::outcome(const net::Address& ip, std::size_t ports) const {
  const auto* host = find(ip);
  if (host == nullptr && ports == 0) return model::HostOutcome::silent;
  if (host == nullptr || host->done < ports) return model::HostOutcome::skipped;
  if (host->answered) return model::HostOutcome::answered;
  return host->unreachable ? model::HostOutcome::unreachable : model::HostOutcome::silent;
}

void Parking::park(const net::Address& ip, std::uint64_t position, SteadyTime until) {
  waiting_[ip].positions.push_back(position);
  ++size_;
  again(ip, until);
}

void Parking::again(const net::Address& ip, SteadyTime at) {
  const auto found = waiting_.find(ip);
  if (found == waiting_.end() || found->second.has_turn) return;
  found->second.has_turn = true;
  turns_.push({at, orders_++, ip});
}

std::optional<SteadyTime> Parking::next() const {
  if (turns_.empty()) return std::nullopt;
  return turns_.top().at;
}

std::optional<std::uint64_t> Parking::take(SteadyTime now) {
  if (turns_.empty() || turns_.top().at > now) return std::nullopt;
  const auto found = waiting_.find(turns_.top().ip);
  turns_.pop();
  QD_ENSURES(found != waiting_.end() && !found->second.positions.empty());
  found->second.has_turn = false;
  const auto position = found->second.positions.front();
  found->second.positions.pop_front();
  --size_;
  if (found->second.positions.empty()) waiting_.erase(found);
  return position;
}

}  // namespace qingdan::probe
