// neighbours — see the header. Queues keep addresses that were answered meanwhile until their turn
// comes: cheaper than to search for them, and bounded by the number of requests.
#include "probe/neighbours.h"

#include <algorithm>

namespace qingdan::probe {

void Neighbours::want(const net::Address& ip) {
  const auto [at, is_new] = entries_.try_emplace(ip);
  if (!is_new && !at->second.silent) return;
  at->second = Entry{};
  fresh_.push_back(ip);
  ++open_;
}

bool Neighbours::is_open(const net::Address& ip) const {
  const auto found = entries_.find(ip);
  return found != entries_.end() && !found->second.known && !found->second.silent;
}

std::vector<net::Address> Neighbours::due(SteadyTime now, std::size_t most) {
  std::vector<net::Address> asked;
  const auto ask = [&](const net::Address& ip) {
    auto& entry = entries_[ip];
    ++entry.asked;
    (entry.asked == kTries ? last_ : again_).push_back({ip, now + kInterval});
    asked.push_back(ip);
  };
  while (asked.size() < most && !again_.empty() && again_.front().at <= now) {
    const auto ip = again_.front().ip;
    again_.pop_front();
    if (is_open(ip)) ask(ip);
  }
  while (asked.size() < most && !fresh_.empty()) {
    const auto ip = fresh_.front();
    fresh_.pop_front();
    if (is_open(ip)) ask(ip);
  }
  return asked;
}

std::vector<net::Address> Neighbours::take_silent(SteadyTime now) {
  std::vector<net::Address> silent;
  while (!last_.empty() && last_.front().at <= now) {
    const auto ip = last_.front().ip;
    last_.pop_front();
    if (!is_open(ip)) continue;
    entries_[ip].silent = true;
    --open_;
    silent.push_back(ip);
  }
  return silent;
}

bool Neighbours::learn(const net::Address& ip, const net::Mac& mac) {
  const auto found = entries_.find(ip);
  if (found == entries_.end() || found->second.asked == 0) return false;
  auto& entry = found->second;
  if (!entry.known && !entry.silent) --open_;
  entry.known = true;
  entry.silent = false;
  entry.mac = mac;
  return true;
}

std::optional<net::Mac> Neighbours::find(const net::Address& ip) const {
  const auto found = entries_.find(ip);
  if (found == entries_.end() || !found->second.known) return std::nullopt;
  return found->second.mac;
}

std::optional<SteadyTime> Neighbours::next() const {
  if (open_ == 0) return std::nullopt;
  if (!fresh_.empty()) return SteadyTime{};  // at once
  auto earliest = SteadyTime::max();
  if (!again_.empty()) earliest = std::min(earliest, again_.front().at);
  if (!last_.empty()) earliest = std::min(earliest, last_.front().at);
  return earliest;
}

}  // namespace qingdan::probe
