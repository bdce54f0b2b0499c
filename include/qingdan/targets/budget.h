// budget — the brake: global → block (/24 or /64) → host, so that no cap of the scope document is
// exceeded in any second, wherever that second begins.
//
// Each level holds two rules at once. The log of its last second allows at most `cap` packets in
// every half-open second. The pace lets at most 1/50 s worth of packets (at least one) go
// back-to-back, so that a fragile host gets its packets evenly and an idle or suspended sender
// never catches up.
//   B1  for every t: packets taken in [t, t + 1 s) <= cap, at each level
//   B2  memory is proportional to the packets of the last second, not to the scope
//   B3  what was taken but left() later counts from when it left: caps hold on the wire, whatever
//       the machine did between the two
// Time is passed in and must not run backwards; a smaller `now` counts as the largest seen.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/net/address.h"
#include "qingdan/targets/scope.h"

namespace qingdan::targets {

// How much is asked for at once.
struct Share {
  std::uint32_t packets{1};  // more than a cap allows in a second count as the cap
  // Leave a tenth of each cap free: for packets that leave without asking, as the kernel's
  // acknowledgements of what a peer sends do.
  bool headroom{false};
  bool fragile{false};  // the host's cap is that of fragile devices, where it is the lower one
};

// Of a cap, what is sent on and on by those who ask with headroom; 0 = no cap.
[[nodiscard]] constexpr std::uint32_t sustained(std::uint32_t cap) { return cap - cap / 10; }

class Budget {
 public:
  explicit Budget(const Pace& pace) : pace_(pace) {}

  // Takes `share` for `ip` at `now` and returns nullopt; or takes nothing and returns the earliest
  // time at which, if nothing else is taken meanwhile, it would be granted (> now).
  [[nodiscard]] std::optional<SteadyTime> try_take(const net::Address& ip, SteadyTime now,
                                                   Share share = {});

  // The earliest time (>= now) at which `share` for `ip` would be granted; takes nothing.
  [[nodiscard]] SteadyTime earliest(const net::Address& ip, SteadyTime now, Share share = {}) const;
  // EXPECTS earliest(ip, now, share) <= now.
  void take(const net::Address& ip, SteadyTime now, Share share = {});
  // Packets that have left unasked: what comes after them waits.
  void force(const net::Address& ip, SteadyTime now, std::uint32_t packets);
  // All that was taken so far has left the machine by `now`.
  void left(SteadyTime now);
  // Nothing waits for left(): no cap holds what was taken last.
  [[nodiscard]] bool all_left() const { return not_left_.empty(); }
  [[nodiscard]] bool unlimited() const {
    return pace_.global_pps == 0 && pace_.prefix_pps == 0 && pace_.host_pps == 0;
  }

  [[nodiscard]] const Pace& pace() const { return pace_; }
  // Blocks and hosts held in memory, for the tests and the status line.
  [[nodiscard]] std::size_t held() const { return blocks_.size() + hosts_.size(); }

 private:
  struct Bucket {
    std::vector<SteadyTime> sent;  // the last `cap` packets; a ring once full
    std::size_t oldest{0};         // where the ring is full: its oldest entry
    SteadyTime due{};              // theoretical time of the next packet (GCRA)
  };
  using Buckets = std::unordered_map<net::Address, Bucket>;

  [[nodiscard]] std::uint32_t host_cap(Share share) const;
  [[nodiscard]] SteadyTime earliest_of(const Bucket& bucket, std::uint32_t cap, SteadyTime now,
                                       Share share) const;
  void record(const net::Address& ip, SteadyTime now, Share share);
  void record_in(Bucket& bucket, std::uint32_t cap, SteadyTime now, std::uint32_t packets);
  void forget_idle(SteadyTime now);

  Pace pace_;
  Bucket global_;
  Buckets blocks_;  // by the block's first address
  Buckets hosts_;
  std::vector<std::pair<Bucket*, std::size_t>> not_left_;  // entries of `sent`
  SteadyTime latest_{SteadyTime::min()};
  SteadyTime swept_{SteadyTime::min()};  // last time idle buckets were let go
};

}  // namespace qingdan::targets
