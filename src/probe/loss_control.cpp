// loss_control — see the header.
#include "loss_control.h"

#include <algorithm>
#include <cmath>

namespace qingdan::probe {
namespace {

using std::chrono::nanoseconds;

constexpr double kTolerated = 0.02;       // above it the rate is cut
constexpr double kCut = 0.7, kRaise = 1.05;
constexpr double kSure = 30;              // samples before a verdict: one lost of 20 says little
constexpr double kRemembered = 300;       // samples; older ones fade
constexpr int kHelpless = 3;
constexpr double kLeastRate = 20;         // packets per second; below it a census never ends
constexpr auto kCleanFor = std::chrono::seconds(10);
constexpr nanoseconds kBurst = std::chrono::milliseconds(20);  // as Budget's
// A cut that brings the loss below this share of what it was has helped.
constexpr double kHelped = 0.8;

}  // namespace

bool PathLoss::lossy() const { return weight_ >= kSure && loss() > kTolerated; }

PathLoss::Cut PathLoss::add(std::uint64_t asked, std::uint64_t lost, double rate, SteadyTime now) {
  const auto count = static_cast<double>(asked);
  const double kept = std::min(1.0, kRemembered / (weight_ + count + 1e-9));
  weight_ = weight_ * kept + count;
  lost_ = lost_ * kept + static_cast<double>(lost);
  pending_asked_ += count;
  pending_lost_ += static_cast<double>(lost);
  if (pending_asked_ < kSure) return {};
  const double recent = pending_lost_ / pending_asked_;
  pending_asked_ = pending_lost_ = 0;
  if (recent > kTolerated) {
    clean_ = false;
    if (helpless_) return {};
    if (before_cut_ > 0 && recent > before_cut_ * kHelped) {
      if (++in_vain_ >= kHelpless) {
        helpless_ = true;
        rate_ = 0;
        return {false, true};
      }
    } else {
      in_vain_ = 0;
    }
    before_cut_ = recent;
    const double from = rate_ > 0 ? std::min(rate_, std::max(rate, 1.0)) : rate;
    if (uncut_rate_ == 0) uncut_rate_ = from;
    rate_ = std::max(kLeastRate, from * kCut);
    return {true, false};
  }
  if (!clean_) {
    clean_ = true;
    clean_since_ = now;
  }
  if (rate_ == 0 || now - clean_since_ < kCleanFor) return {};
  clean_since_ = now;
  before_cut_ = 0;
  in_vain_ = 0;
  rate_ *= kRaise;
  if (rate_ >= uncut_rate_) rate_ = uncut_rate_ = 0;
  return {false, true};
}

void LossControl::add(const net::Address& ip, std::uint64_t asked, std::uint64_t lost) {
  auto& block = blocks_[net::block_of(ip).base];
  block.asked += asked;
  block.lost += lost;
  asked_ += asked;
  lost_ += lost;
}

void LossControl::close_interval(double rate, SteadyTime now) {
  const double whole = static_cast<double>(std::max<std::uint64_t>(sent_, 1));
  cut_blocks_ = 0;
  for (auto& [base, block] : blocks_) {
    if (block.asked > 0) {
      const double share = static_cast<double>(block.sent) / whole;
      block.loss.add(block.asked, block.lost, rate * share, now);
    }
    block.asked = block.lost = block.sent = 0;
    cut_blocks_ += block.loss.rate() > 0 ? 1 : 0;
  }
  if (asked_ > 0) global_.add(asked_, lost_, rate, now);
  asked_ = lost_ = sent_ = 0;
}

SteadyTime LossControl::earliest_of(const PathLoss& path, const Gate& gate, SteadyTime now) {
  if (path.rate() <= 0) return now;
  return std::max(now, gate.due - kBurst);
}

void LossControl::take_of(const PathLoss& path, Gate& gate, SteadyTime now) {
  if (path.rate() <= 0) return;
  gate.due = std::max(gate.due, now) + nanoseconds(static_cast<std::int64_t>(1e9 / path.rate()));
}

SteadyTime LossControl::earliest(const net::Address& ip, SteadyTime now) const {
  auto at = earliest_of(global_, gate_, now);
  if (cut_blocks_ == 0) return at;
  const auto found = blocks_.find(net::block_of(ip).base);
  if (found != blocks_.end()) {
    at = std::max(at, earliest_of(found->second.loss, found->second.gate, now));
  }
  return at;
}

void LossControl::take(const net::Address& ip, SteadyTime now) {
  ++sent_;
  take_of(global_, gate_, now);
  if (blocks_.empty()) return;
  const auto found = blocks_.find(net::block_of(ip).base);
  if (found == blocks_.end()) return;
  ++found->second.sent;
  take_of(found->second.loss, found->second.gate, now);
}

int LossControl::tries(const net::Address& ip) const {
  double loss = global_.lossy() ? global_.loss() : 0;
  if (const auto* path = block(ip); path != nullptr && path->lossy()) {
    loss = std::max(loss, path->loss());
  }
  if (loss <= 0) return 1;
  constexpr double kMissed = 1.0 / 400;
  return static_cast<int>(std::ceil(std::log(kMissed) / std::log(std::min(loss, 0.9))));
}

const PathLoss* LossControl::block(const net::Address& ip) const {
  const auto found = blocks_.find(net::block_of(ip).base);
  return found == blocks_.end() ? nullptr : &found->second.loss;
}

}  // namespace qingdan::probe
