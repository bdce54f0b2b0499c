// reset_ration — see the header.
#include "reset_ration.h"

#include <algorithm>

namespace qingdan::probe {
namespace {

using std::chrono::nanoseconds;
constexpr nanoseconds kSecond{1'000'000'000};
// So often the most of a second must have come. A single refusal a second is not told from few
// ports.
constexpr std::uint32_t kTimes = 2;
constexpr std::uint32_t kMostLeast = 2;
// Below the limit, so that our second and theirs may begin at different times.
constexpr std::uint32_t kShareNum = 4, kShareDen = 5;
// After so many questions in vain the silence is the ports' own (R3).
constexpr std::uint32_t kTrial = 32;

}  // namespace

void ResetRations::close_second(Host& host) {
  if (host.in_second > host.most) {
    host.most = host.in_second;
    host.times = 1;
  } else if (host.in_second == host.most) {
    ++host.times;
  }
  host.in_second = 0;
}

void ResetRations::on_reset(const net::Address& ip, SteadyTime at) {
  auto& host = hosts_[ip];
  if (host.asked > 0) ++host.refused;
  if (host.in_second > 0 && at - host.second >= kSecond) {
    close_second(host);
    const bool steady = host.times >= kTimes && host.most >= kMostLeast;
    if (steady && !host.rations && !host.in_vain) {
      host.rations = true;
      ++rationed_;
    }
  }
  if (host.in_second++ == 0) host.second = at;
}

bool ResetRations::rations(const net::Address& ip) const {
  const auto found = hosts_.find(ip);
  return found != hosts_.end() && found->second.rations;
}

SteadyTime ResetRations::earliest(const net::Address& ip, SteadyTime now) const {
  const auto found = hosts_.find(ip);
  return found == hosts_.end() ? now : std::max(now, found->second.due);
}

void ResetRations::take(const net::Address& ip, SteadyTime now) {
  const auto found = hosts_.find(ip);
  if (found == hosts_.end() || !found->second.rations) return;
  auto& host = found->second;
  ++host.asked;
  host.due = now + kSecond * kShareDen / (std::max(host.most, 1U) * kShareNum);
  if (host.asked < kTrial || host.refused * 8 >= host.asked) return;
  host.rations = false;
  host.in_vain = true;
  --rationed_;
}

}  // namespace qingdan::probe
