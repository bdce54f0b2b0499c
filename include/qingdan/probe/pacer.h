// pacer — may this packet leave now? Budget, window of the zone, and the stop, in one answer.
//
// Sweep and interviews share one Pacer, so the caps hold over everything the program sends.
// Not thread-safe, except that `stop` may be set from any thread or a signal handler.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "qingdan/probe/dialer.h"
#include "qingdan/targets/budget.h"
#include "qingdan/targets/calendar.h"
#include "qingdan/targets/scope.h"

namespace qingdan::probe {

enum class Leave : std::uint8_t {
  granted,
  later,
  window_closed,
  stopped,
  guarded  // the guard stopped this host, its block or the run: not asked, and no verdict
};

struct Permit {
  Leave leave{Leave::granted};
  SteadyTime at{};     // of `later`: not before
  UnixMillis opens{};  // of `window_closed`: when it opens; 0 = not again within the validity
};

// What a permit is for. `what` is of static storage: "" = a handshake or a datagram, else the name
// of a conversation; the guard keeps it as evidence. The sentinel's own questions pass the guard.
struct Errand {
  std::string_view what;
  bool sentinel{false};
  bool half_open{false};  // nobody waits for this one: its silence shows by what comes after it
};

// Both clocks, read together: who asks for many packets at once reads them once for all.
struct Moment {
  SteadyTime steady{};
  UnixMillis wall{};
};

class Pacer {
 public:
  // All must outlive the pacer.
  Pacer(Dialer& dialer, targets::Budget& budget, const std::atomic<bool>& stop);

  // Takes one packet from the budget where granted; takes nothing otherwise.
  [[nodiscard]] Permit ask(const targets::ApprovedTarget& target, Errand errand = {}) {
    return ask(target, errand, moment());
  }
  // The same at a moment that has just been: not older than a batch takes to fill.
  [[nodiscard]] Permit ask(const targets::ApprovedTarget& target, Errand errand, Moment at);
  [[nodiscard]] Moment moment() const { return {now(), dialer_.clock().now()}; }
  // When the cap over all will let any packet go; lets a caller with many candidates wait once.
  [[nodiscard]] SteadyTime ready_at() const { return budget_.earliest(net::Address(), now(), {1, true, false}); }
  // What was granted has left by now. For those who send later than they ask: the second of a cap
  // begins when a packet leaves.
  void left() { budget_.left(now()); }
  // No cap holds what was granted since the last left(): when it leaves makes no difference.
  [[nodiscard]] bool unbound() const { return budget_.all_left(); }
  // As ask(), waiting while the answer is `later`; never answers `later`.
  [[nodiscard]] Awaitable<Leave> admit(targets::ApprovedTarget target, Errand errand = {});

  // By port, policy and what is known of the device.
  [[nodiscard]] PortClass class_of(const targets::ApprovedTarget& target) const;

  // When a closed zone opens again; 0 = it is open now, or will not open any more.
  [[nodiscard]] UnixMillis closed_until(const std::string& zone) {
    return window(zone, dialer_.clock().now()).opens;
  }
  // When the first zone of the scope opens; 0 = one is open now, or none will open any more.
  [[nodiscard]] UnixMillis closed_until();

  // Fragile hosts that were made to wait for their own pace, which no other cap lifts. From any thread.
  [[nodiscard]] std::size_t fragile_held() const {
    return fragile_count_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  [[nodiscard]] Dialer& dialer() { return dialer_; }
  [[nodiscard]] SteadyTime now() const { return dialer_.clock().steady(); }

 private:
  [[nodiscard]] Permit ask_guard(const net::Address& ip, SteadyTime now) const;

  struct Seen {
    bool open{false};
    UnixMillis opens;
    UnixMillis asked;
  };
  [[nodiscard]] const Seen& window(const std::string& zone, UnixMillis now);
  [[nodiscard]] bool is_fresh(UnixMillis asked, UnixMillis now) const;

  Dialer& dialer_;
  targets::Budget& budget_;
  const std::atomic<bool>& stop_;
  std::map<std::string, Seen> windows_;  // the calendar's answer, kept for a second
  // The entry asked for last: most questions in a row are of one zone.
  std::map<std::string, Seen>::value_type* last_window_{nullptr};
  const std::vector<std::string> zones_;
  UnixMillis closed_until_{}, closed_asked_{};
  std::unordered_set<net::Address> fragile_held_;
  std::atomic<std::size_t> fragile_count_{0};
};

// No wait is longer than this, so that a stop is seen in time.
inline constexpr std::chrono::milliseconds kStopCheck{100};

}  // namespace qingdan::probe
