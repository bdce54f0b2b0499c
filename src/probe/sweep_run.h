// sweep_run — one sweep under way: what Sweep::State holds, for the files that implement it.
// sweep.cpp asks; sweep_report.cpp says where it stands and puts it back there.
#pragma once

#include <algorithm>
#include <atomic>
#include <set>

#include "qingdan/probe/sweep.h"
#include "reset_ration.h"
#include "sweep_state.h"

namespace qingdan::probe {

// Of every block of the scope, or of those that changed since the last call; `ports` = positions of
// each address, `why` = what kept those from being asked that were not.
[[nodiscard]] std::vector<model::PrefixReport> report_blocks(const targets::Scope& scope,
                                                             Hosts& hosts, std::uint64_t ports,
                                                             const std::string& why, bool all);

// Counters of either engine as the run kept them, once the marks were counted (`done`).
template <class Counters>
void put_back(Counters& count, const model::RunCounts& kept) {
  count.sent = kept.sent;
  count.retried = kept.retried;
  count.answered = kept.answered;
  count.open = kept.open;
  count.closed = kept.answered - std::min(kept.open, kept.answered);
  count.filtered = count.done - std::min<std::uint64_t>(count.done, kept.answered);
}

struct Sweep::State {
  using Counter = std::atomic<std::uint64_t>;
  struct Counters {
    Counter sent{0}, retried{0}, answered{0}, open{0}, closed{0}, filtered{0}, done{0};
    Counter not_asked{0}, deferred{0}, in_flight{0}, window{0}, shortages{0};
    std::atomic<std::int64_t> paused_until{0};
    std::atomic<int> pass{0};
  };

  State(Pacer& pacer_of, const TargetSource& source_of, SweepSink& sink_of, SweepSettings chosen);

  struct InFlight {
    explicit InFlight(State& state_of) : state(state_of) {}
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight() {
      --state.count.in_flight;
      state.event.wake();
    }
    State& state;
  };

  Awaitable<void> walk();
  Awaitable<void> drain();
  Awaitable<void> wait(SteadyTime until);
  Awaitable<void> pause();
  Awaitable<void> await_opening();
  static Awaitable<void> ask_tcp(State& state, std::uint64_t position,
                                 targets::ApprovedTarget target);
  static Awaitable<void> ask_udp(State& state, std::uint64_t position,
                                 targets::ApprovedTarget target);

  enum class Next : std::uint8_t { parked, position, deferred, wait, none };
  Next choose(std::uint64_t& position, SteadyTime& until);
  void take(Next next, std::uint64_t position);
  void widen();
  [[nodiscard]] bool wanted(std::uint64_t position);
  void handle(std::uint64_t position);
  void launch(std::uint64_t position, const targets::ApprovedTarget& target);
  void forgo(std::uint64_t position);
  void defer(std::uint64_t position, const net::Address& ip, UnixMillis opens);
  void on_shortage(std::uint64_t position, const net::Address& ip);
  void on_silence(std::uint64_t position);
  void settle(std::uint64_t position, const targets::ApprovedTarget& target, model::Verdict verdict,
              std::chrono::nanoseconds rtt);
  void recount();
  // How often a TCP or UDP port of `ip` may be asked; those that ration resets are asked again slowly.
  [[nodiscard]] int tries(const targets::ApprovedTarget& target) const;
  [[nodiscard]] bool late_pass() const { return pass > 1 + settings.retries; }
  [[nodiscard]] bool halted() const { return pacer.stopped() || pacer.dialer().breaches() != 0; }
  // Everything before it has been asked in this pass, or was decided before.
  [[nodiscard]] std::uint64_t low_water() const;

  Pacer& pacer;
  const TargetSource& source;
  SweepSink& sink;
  const SweepSettings settings;
  Hosts hosts;
  ResetRations rations;
  Marks marks;
  Parking parking;
  Deferred deferred;
  Event event;
  Counters count;
  std::size_t window_most{0};
  std::size_t window{0};
  std::uint64_t smooth{0};    // answers since the last shortage
  std::uint64_t position{0};  // of the walk
  bool looking_again{false};  // the walk goes over what was deferred
  UnixMillis deferred_opens{};
  std::set<std::uint64_t> outstanding;  // chosen in this pass, and neither answered nor given up
  std::uint64_t still_silent{0};
  SteadyTime last_sent{};
  int pass{0};
  bool reported{false};    // every block is in a checkpoint
  std::uint64_t start{0};  // where a resumed sweep goes on in its first walk
};

}  // namespace qingdan::probe
