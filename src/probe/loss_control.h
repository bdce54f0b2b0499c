// loss_control — how much is lost on the way, and how fast we may therefore send. Silence means
// filtered far more often than lost, so loss is measured on ports already known open, asked again.
// Pure: time is a parameter.
//   L1  the pace it allows is never above that of the scope document: it only narrows
//   L2  loss that does not fall when the rate does is not ours: after kHelpless cuts in vain the
//       rate goes back, and the loss is met by further tries instead
// Sources: design of zmap and nmap's congestion control; thresholds of our own (2 %, x 0.7, + 5 %).
#pragma once

#include <cstdint>
#include <unordered_map>

#include "qingdan/base/clock.h"
#include "qingdan/net/address.h"

namespace qingdan::probe {

// Loss and pace of one path: the whole run, or one block.
class PathLoss {
 public:
  struct Cut {
    bool cut{false}, raised{false};
  };
  // One sample of known-open ports came to its end. `rate`: packets per second sent meanwhile.
  Cut add(std::uint64_t asked, std::uint64_t lost, double rate, SteadyTime now);

  [[nodiscard]] double rate() const { return rate_; }  // packets per second; 0 = no limit
  [[nodiscard]] bool known() const { return weight_ >= 1; }
  [[nodiscard]] double loss() const { return known() ? lost_ / weight_ : 0; }
  // Loss of which the recent samples leave no doubt: at least `kSure` of them, above kTolerated.
  [[nodiscard]] bool lossy() const;

 private:
  double weight_{0}, lost_{0};  // exponentially forgotten
  double pending_asked_{0}, pending_lost_{0};
  double rate_{0};
  double before_cut_{0};   // loss when the rate was last cut
  double uncut_rate_{0};   // the rate before the first cut
  int in_vain_{0};         // cuts that changed nothing
  bool helpless_{false};
  SteadyTime clean_since_{};
  bool clean_{false};
};

// Gates by GCRA (ITU-T I.371 Annex A) for the whole and for the blocks that were cut.
class LossControl {
 public:
  void add(const net::Address& ip, std::uint64_t asked, std::uint64_t lost);
  // Closes the sample interval; `rate` is what was sent per second in it, over all.
  void close_interval(double rate, SteadyTime now);

  [[nodiscard]] bool limits() const { return global_.rate() > 0 || cut_blocks_ > 0; }
  [[nodiscard]] SteadyTime earliest(const net::Address& ip, SteadyTime now) const;
  void take(const net::Address& ip, SteadyTime now);

  // Tries a silent position should have at least, for a miss below one in 400 on this path.
  [[nodiscard]] int tries(const net::Address& ip) const;
  [[nodiscard]] const PathLoss& global() const { return global_; }
  [[nodiscard]] const PathLoss* block(const net::Address& ip) const;

 private:
  struct Gate {
    SteadyTime due{};
  };
  struct Block {
    PathLoss loss;
    Gate gate;
    std::uint64_t asked{0}, lost{0};
    std::uint64_t sent{0};
  };
  static SteadyTime earliest_of(const PathLoss& path, const Gate& gate, SteadyTime now);
  static void take_of(const PathLoss& path, Gate& gate, SteadyTime now);

  PathLoss global_;
  Gate gate_;
  std::uint64_t asked_{0}, lost_{0};
  std::unordered_map<net::Address, Block> blocks_;  // those with samples, by first address
  std::size_t cut_blocks_{0};
  std::uint64_t sent_{0};
};

}  // namespace qingdan::probe
