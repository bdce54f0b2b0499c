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
//   Y6  a closed window defers, a stop decides nothing: as Sweep's W5 and W6
// UDP positions of the source are not its business: give it a source without them.
// Runs on the thread of its Sockets.
#pragma once

#include <memory>
#include <vector>

#include "qingdan/probe/raw_link.h"
#include "qingdan/probe/sweep.h"

namespace qingdan::probe {

struct SynSettings {
  // Of which one port is used per try, and some for the samples that measure loss.
  PortSpan ports{61'000, 61'999};
  Key128 key{};  // of the cookies: drawn for this sweep and never stored
  int retries{1};        // further passes for what stayed silent
  int lossy_retries{4};  // up to so many where loss was measured, or a later try was heard
  std::size_t batch{64};  // frames in one call to the kernel, at most
  std::chrono::milliseconds pass_gap{1000};      // least time between two tries of a position
  std::chrono::milliseconds grace{1200};         // for late answers after the last pass
  std::chrono::milliseconds sentinel_gap{1250};  // between two samples of known-open ports
  bool discover{true};  // ask by ICMP who is there before the first pass
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
  // Of one address of the source: skipped unless all its positions have a verdict.
  [[nodiscard]] model::HostOutcome outcome(const net::Address& ip) const;
  // As Sweep's. The estimates rest on two tries and on samples asked again (capture-recapture).
  [[nodiscard]] std::vector<model::PrefixReport> reports(bool all);

  // As Sweep's, but for pass and position: untried positions are asked first, then the silent.
  [[nodiscard]] model::Checkpoint checkpoint();
  void resume(const model::Checkpoint& from);
  [[nodiscard]] bool has_verdict(std::uint64_t position) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qingdan::probe
