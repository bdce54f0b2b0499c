// sweep_state — see the header.
#include "sweep_state.h"

#include <algorithm>
#include <cmath>

#include "qingdan/base/contract.h"

namespace qingdan::probe {

using std::chrono::nanoseconds;

// A try was worth it where one in twenty positions of living hosts answered, of a hundred or more.
// Hosts that drop what is not open keep the share far below.
constexpr std::uint64_t kWorthOf = 100, kWorthShare = 20;

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

std::vector<model::MarkPage> Marks::take_changed() {
  std::vector<model::MarkPage> pages;
  for (std::size_t page = 0; page < changed_.size(); ++page) {
    if (!changed_[page]) continue;
    changed_[page] = false;
    const auto from = page * model::kMarkPageBytes;
    const auto to = std::min(from + model::kMarkPageBytes, bytes_.size());
    model::MarkPage made{page, Bytes(model::kMarkPageBytes)};
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(from),
              bytes_.begin() + static_cast<std::ptrdiff_t>(to), made.marks.begin());
    pages.push_back(std::move(made));
  }
  return pages;
}

void Marks::load(const model::MarkPage& page) {
  const auto from = page.page * model::kMarkPageBytes;
  if (from >= bytes_.size()) return;
  const auto count = std::min(page.marks.size(), bytes_.size() - from);
  std::copy_n(page.marks.begin(), count, bytes_.begin() + static_cast<std::ptrdiff_t>(from));
}

void Deferred::set(std::uint64_t position, std::uint64_t size) {
  if (bits_.empty()) bits_.resize(size);
  first_ = count_ == 0 ? position : std::min(first_, position);
  count_ += bits_[position] ? 0 : 1;
  bits_[position] = true;
}

bool Deferred::take(std::uint64_t position) {
  if (count_ == 0 || !bits_[position]) return false;
  bits_[position] = false;
  --count_;
  return true;
}

const HostRecord* Hosts::find(const net::Address& ip) const {
  const auto found = hosts_.find(ip);
  return found == hosts_.end() ? nullptr : &found->second;
}

BlockRecord& Hosts::block_of(const net::Address& ip) {
  auto& block = blocks_[net::block_of(ip).base];
  block.changed = true;
  return block;
}

void Hosts::on_answer(const net::Address& ip, int attempt, nanoseconds rtt) {
  auto& host = hosts_[ip];
  auto& block = block_of(ip);
  if ((!host.answered || attempt > host.heard_on_try) && !host.changed) {
    host.changed = true;
    changed_.push_back(ip);
  }
  const auto place = static_cast<std::size_t>(attempt - 2);
  if (host.answered && attempt > 1 && place < again_.size()) ++again_[place].heard;
  host.answered = true;
  host.heard_on_try = std::max(host.heard_on_try, attempt);
  block.heard_on_try = std::max(block.heard_on_try, attempt);
  ++block.answered;
  block.answered_late += attempt > 1 ? 1 : 0;
  if (rtt.count() < 0) return;
  host.round_trip.add(rtt);
  block.round_trip.add(rtt);
}

void Hosts::on_asked_again(const net::Address& ip, int attempt) {
  const auto place = static_cast<std::size_t>(attempt - 2);
  if (place >= again_.size()) return;
  const auto* host = find(ip);
  if (host != nullptr && host->answered) ++again_[place].asked;
}

// The latest attempt that drew enough out of living hosts, wherever they are: a burst may take all
// that a block was asked, and then nothing in the block tells.
int Hosts::worth() const {
  for (auto place = again_.size(); place-- > 0;) {
    const auto& again = again_[place];
    if (again.asked >= kWorthOf && again.heard * kWorthShare >= again.asked) {
      return static_cast<int>(place) + 2;
    }
  }
  return 0;
}

void Hosts::on_sign_of_life(const net::Address& ip) {
  auto& host = hosts_[ip];
  if (!host.answered && !host.changed) {
    host.changed = true;
    changed_.push_back(ip);
  }
  host.answered = true;
}

void Hosts::on_done(const net::Address& ip) {
  ++hosts_[ip].done;
  ++block_of(ip).done;
}

void Hosts::on_open(const net::Address& ip, int pass) {
  auto& block = block_of(ip);
  ++(pass > 1 ? block.found_second : block.found_first);
}

void Hosts::on_unreachable(const net::Address& ip) {
  auto& host = hosts_[ip];
  if (!host.unreachable && !host.changed) {
    host.changed = true;
    changed_.push_back(ip);
  }
  host.unreachable = true;
}

void Hosts::on_deferred(const net::Address& ip, int change) {
  auto& block = block_of(ip);
  block.deferred = static_cast<std::uint64_t>(static_cast<std::int64_t>(block.deferred) + change);
}

std::vector<model::HostMark> Hosts::take_changed() {
  std::vector<model::HostMark> marks;
  marks.reserve(changed_.size());
  for (const auto& ip : changed_) {
    auto& host = hosts_[ip];
    host.changed = false;
    marks.push_back({ip, host.answered, host.unreachable, host.heard_on_try});
  }
  changed_.clear();
  return marks;
}

void Hosts::restore(const model::HostMark& mark) {
  auto& host = hosts_[mark.ip];
  auto& block = block_of(mark.ip);
  host.answered = mark.answered;
  host.unreachable = mark.unreachable;
  host.heard_on_try = mark.heard_on_try;
  block.heard_on_try = std::max(block.heard_on_try, mark.heard_on_try);
}

void Hosts::restore(const model::PrefixReport& report) {
  auto& block = blocks_[report.block];
  block.answered = report.answered;
  block.answered_late = report.answered_late;
  block.found_first = report.found_first_pass_only;
  block.found_second = report.found_second_only;
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
  heard = std::max(heard, worth());
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
