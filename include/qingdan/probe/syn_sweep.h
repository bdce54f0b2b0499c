// syn_sweep — half-open TCP probing: every (address, port) of a source is asked with one SYN, those
// that stay silent again in later passes. The kernel resets what answers: a port sees half a
// handshake and no connection.
//
// A probe's sequence number is a keyed hash of its own four-tuple, so an answer proves by itself
// that we asked for it; its source port tells which try was answered. No memory grows per probe:
// two bits per position, a record per host that answered, a fixed table of send times.
//   Y1  no frame without a permit of the Pacer; a position that gets none is parked, never dropped
//   Y2  an answer counts only with our cookie, from an endpoint of the source, to our ports
//   Y3  answered = never asked again, but for the sample that measures loss; silent = asked again
//       >= 1 s later, in another pass
//   Y4  every position ends in exactly one of: one PortResult to the sink, or "not asked"
//   Y5  an answer that comes late counts as long as the sweep runs
// UDP positions of the source are not its business: give it a source without them.
// Runs on the thread of its Sockets.
#pragma once

#include <memory>
#include <vector>

#include "qingdan/probe/raw_link.h"
#include "qingdan/probe/sweep.h"

namespace qingdan::probe {

// Source ports of half-open probes: below Linux's ephemeral range (32768-60999,
// ip_local_port_range), so that no connection of this machine is taken for one of ours; 61000 and
// above stay with NAT boxes. One port per try, then those of the loss measurement.
inline constexpr std::uint16_t kSynPortFirst = 31'900;
inline constexpr std::uint16_t kSynPortLast = 31'931;

struct SynSettings {
  int retries{1};        // further passes for what stayed silent
  int lossy_retries{4};  // up to so many where loss was measured, or a later try was heard
  std::size_t batch{64};  // frames in one call to the kernel, at most
  std::chrono::milliseconds pass_gap{1000};      // least time between two tries of a position
  std::chrono::milliseconds grace{1200};         // for late answers after the last pass
  std::chrono::milliseconds sentinel_gap{1250};  // between two samples of known-open ports
  bool discover{true};  // ask by ICMP who is there before the first pass
};

// What both walks over a block together say of it (the run's report).
struct BlockReport {
  net::Prefix block;
  std::uint64_t answered{0};   // positions: SYN-ACK or RST, whichever try
  std::uint64_t first_try{0};  // answered on the first try
  std::uint64_t later{0};      // answered on a later try only
  std::uint64_t recaptured_of{0}, recaptured{0};  // of the sample asked again: asked, heard
  std::uint64_t not_asked{0};  // positions
  double missed{0};   // estimated answers that no try heard (capture-recapture)
  double loss{-1};    // estimated share of asked-and-unanswered that was loss; -1 = unknown
};

class SynSweep {
 public:
  // All must outlive the sweep.
  SynSweep(Pacer& pacer, RawNetwork& network, const TargetSource& source, SweepSink& sink,
           SynSettings settings = {});
  ~SynSweep();
  SynSweep(const SynSweep&) = delete;
  SynSweep& operator=(const SynSweep&) = delete;

  // As Sweep::run(). An Error besides a breach: no right to send raw frames, the interface is gone.
  [[nodiscard]] Awaitable<Result<void>> run();

  [[nodiscard]] SweepProgress progress() const;  // from any thread
  [[nodiscard]] LinkCounters link_counters() const;
  // Of one address of the source, after run(): skipped unless all its positions have a verdict.
  [[nodiscard]] model::HostOutcome outcome(const net::Address& ip) const;
  // Of the blocks in which anything answered, sorted.
  [[nodiscard]] std::vector<BlockReport> report() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qingdan::probe
