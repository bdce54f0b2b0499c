// syn_run — one half-open sweep under way: what SynSweep::State holds, for the files that implement
// it. syn_sweep.cpp asks and hears; syn_report.cpp says where it stands and puts it back there.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <unordered_map>

#include "loss_control.h"
#include "qingdan/probe/false_open.h"
#include "qingdan/probe/syn_sweep.h"
#include "reset_ration.h"
#include "send_times.h"
#include "sweep_state.h"
#include "syn_cookie.h"
#include "syn_discovery.h"
#include "syn_state.h"

namespace qingdan::probe {

// Source ports: one per try, then those of the samples, so that no sample is taken for a try.
inline constexpr int kTryPorts = 16, kSamplePorts = 16;
inline constexpr int kTriesMost = kTryPorts;

[[nodiscard]] inline SweepSettings plain(const SynSettings& settings) {
  SweepSettings chosen;
  chosen.retries = settings.retries;
  chosen.lossy_retries = settings.lossy_retries;
  return chosen;
}

struct SynSweep::State {
  using nanoseconds = std::chrono::nanoseconds;
  State(Pacer& pacer_of, RawNetwork& network, const TargetSource& source_of, SweepSink& sink_of,
        SynSettings chosen)
      : pacer(pacer_of),
        source(source_of),
        sink(sink_of),
        settings(chosen),
        plain_settings(plain(chosen)),
        key(chosen.key),
        hosts(plain_settings),
        marks(source_of.size()),
        event(pacer_of.dialer().sockets().executor(), pacer_of.dialer().sockets().alarms()),
        ways(network, chosen.ports.first, chosen.ports.last, [this] { event.wake(); }),
        batch(chosen.batch),
        discovery(pacer_of, ways, event, chosen.key),
        decided(pacer_of.dialer().scope().address_count()) {}

  // Written by the sweep's own thread alone, so no read-modify-write has to be atomic.
  class Counter {
   public:
    Counter& operator=(std::uint64_t value) {
      value_.store(value, std::memory_order_relaxed);
      return *this;
    }
    operator std::uint64_t() const { return value_.load(std::memory_order_relaxed); }
    void operator++() { *this = *this + 1; }
    void operator--() { *this = *this - 1; }

   private:
    std::atomic<std::uint64_t> value_{0};
  };
  struct Counters {
    Counter sent, retried, answered, open, closed, filtered, done;
    Counter not_asked, deferred;
    std::atomic<std::int64_t> paused_until{0};
    std::atomic<int> pass{0};
  };
  enum class Next : std::uint8_t { parked, position, deferred, wait, none };

  Awaitable<void> walk();
  Awaitable<void> send_batch();
  Awaitable<void> drain();
  Awaitable<void> rest(SteadyTime until);
  Awaitable<void> wait_answers(SteadyTime until);
  Next choose(std::uint64_t& chosen, SteadyTime& until);
  bool fill(SteadyTime& until);
  [[nodiscard]] bool wanted(std::uint64_t at);
  void place(std::uint64_t at);
  // `hop`: the neighbour's own MAC, where the way has no other.
  void put(std::uint64_t at, const targets::ApprovedTarget& target, const KnownWay& way,
           std::uint16_t source_port, const std::optional<net::Mac>& hop);
  [[nodiscard]] const std::optional<targets::ApprovedTarget>& target_at(std::uint64_t at);
  // False: there is nobody to send to. `hop` is filled in where the way has no MAC of its own.
  [[nodiscard]] bool reach(const KnownWay& way, const net::Address& ip,
                           std::optional<net::Mac>& hop) const;
  void take(Next next, std::uint64_t at);
  void forgo(std::uint64_t at);
  void defer(std::uint64_t at, const net::Address& ip, UnixMillis opens);
  Awaitable<void> await_opening();
  void take_answers();
  void on_frame(BytesView bytes, bool ethernet, SteadyTime at);
  void on_answer(const SynAnswer& answer, SteadyTime at);
  [[nodiscard]] std::string describe(const net::Packet& packet,
                                     const std::optional<net::Mac>& from);
  void settle(std::uint64_t at, const targets::ApprovedTarget& target, model::Verdict verdict,
              nanoseconds rtt, int attempt);
  void settle_silent();
  void recount();
  void sample(SteadyTime now);
  void close_samples(SteadyTime now);
  [[nodiscard]] int tries(const net::Address& ip) const;
  // Beyond the passes that everything silent gets.
  [[nodiscard]] bool late_pass() const { return pass > 1 + settings.retries; }
  [[nodiscard]] bool slow_pass_left() const {
    return rations.any() && pass <= settings.retries + ResetRations::kPasses;
  }
  [[nodiscard]] const KnownWay* way_to(const net::Address& ip);
  [[nodiscard]] bool halted() const {
    return failure || pacer.stopped() || pacer.dialer().breaches() != 0;
  }

  Pacer& pacer;
  const TargetSource& source;
  SweepSink& sink;
  const SynSettings settings;
  const SweepSettings plain_settings;
  const Key128 key;
  Hosts hosts;  // those that answered, or were called unreachable
  Marks marks;
  Parking parking;
  SendTimes times;
  LossControl control;
  ResetRations rations;
  SynAckTraits look;      // of the answer at hand
  std::string signature;  // of the same; "" = it accepts nothing
  Sentinels sentinels;
  Event event;
  SynWays ways;
  SynBatch batch;
  SynDiscovery discovery;
  Counters count;
  struct Sample {
    std::uint64_t asked{0}, heard{0};
  };
  std::unordered_map<net::Address, Sample> samples;  // by first address of the block
  std::vector<std::uint32_t> decided;  // positions with a verdict, by index of the address
  // Targets of the positions that the walk comes to next: many are cheaper together.
  struct Ahead {
    std::array<std::optional<targets::ApprovedTarget>, 16> targets;
    std::uint64_t first{0}, count{0};
  };
  Ahead ahead;
  Deferred deferred;
  UnixMillis deferred_opens{};
  std::optional<Error> failure;
  std::uint64_t position{0};  // of the walk
  std::uint64_t sent_in_pass{0};
  std::uint64_t sent_at_sample{0};
  // Of this batch: the clocks are read once for all of it.
  Moment moment{};
  SteadyTime last_sent{}, next_sample{}, sampled_at{};
  int pass{0};
  int sample_round{0};
  bool posted{false};         // frames of this pass went to a thread of the link
  bool looking_again{false};  // the walk goes over what was deferred
  bool reported{false};       // every block is in a checkpoint
};

}  // namespace qingdan::probe
