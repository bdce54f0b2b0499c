// sweep — is it there, is it open: every (address, port) of a target source asked once, the silent
// ones again in a later pass. TCP by full connect, closed with FIN; UDP by the datagram of the
// conversation that belongs to the port.
//
// State is two bits per position of the source plus one record per address that was asked, so the
// sweep can say of each address whether all of it was asked.
//   W1  no packet without a permit of the Pacer; a position that gets none is parked, never dropped
//   W2  refused = closed, no retry; silent = asked again >= 1 s later and in another pass
//   W3  our own shortage (descriptors, local ports) narrows the window and repeats the position;
//       it is never a verdict
//   W4  every position ends in exactly one of: one PortResult to the sink, or "not asked"
//   W5  a closed window defers: nothing leaves until it opens again, and what is never going to
//       open within the validity is "not asked"
//   W6  a stop decides nothing: what had no answer is asked by whoever resumes from a checkpoint
// Runs on the thread of its Sockets.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/base/task.h"
#include "qingdan/model/checkpoint.h"
#include "qingdan/model/observation.h"
#include "qingdan/model/run.h"
#include "qingdan/net/port_set.h"
#include "qingdan/probe/false_open.h"
#include "qingdan/probe/pacer.h"

namespace qingdan::probe {

// What is to be asked, in which order; app makes it from scope, ports and permutation.
class TargetSource {
 public:
  virtual ~TargetSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  // nullopt: not (or no longer) approved; counts as not asked. The same position gives the same
  // endpoint every time.
  [[nodiscard]] virtual std::optional<targets::ApprovedTarget> at(std::uint64_t position) const = 0;
  // at() of the positions from `first` on, all of them below size(): for those who walk.
  virtual void read(std::uint64_t first,
                    std::span<std::optional<targets::ApprovedTarget>> into) const {
    for (auto& target : into) target = at(first++);
  }
  // The inverse: at(*position_of(e)) is e. nullopt: no position asks it.
  [[nodiscard]] virtual std::optional<std::uint64_t> position_of(const net::Address& ip,
                                                                 net::TransportPort port) const = 0;
};

// A short list, e.g. for confirm().
class ListSource final : public TargetSource {
 public:
  explicit ListSource(std::vector<targets::ApprovedTarget> targets)
      : targets_(std::move(targets)) {}
  [[nodiscard]] std::uint64_t size() const override { return targets_.size(); }
  [[nodiscard]] std::optional<targets::ApprovedTarget> at(std::uint64_t position) const override {
    return targets_[position];
  }
  [[nodiscard]] std::optional<std::uint64_t> position_of(const net::Address& ip,
                                                         net::TransportPort port) const override;

 private:
  std::vector<targets::ApprovedTarget> targets_;
};

class SweepSink {
 public:
  virtual ~SweepSink() = default;
  // Verdict open, closed, filtered (TCP); open_verified, closed, open_filtered (UDP). Once per
  // position. Called from inside the sweep: must not block.
  virtual void on_port(const targets::ApprovedTarget& target, const model::PortResult& result) = 0;
  // What a SYN-ACK (`open`) or a reset looked like; half-open sweeps only, before on_port.
  virtual void on_look(const net::Address&, bool /*open*/, const SynAckTraits&) {}
  // What the UDP replies of one endpoint said; follows its on_port, with nothing in between.
  virtual void on_observations(std::vector<model::Observation> of_one_endpoint) = 0;
};

struct SweepSettings {
  int retries{1};         // further passes for what stayed silent
  int lossy_retries{3};   // up to so many on hosts where a later try was heard before (lesson 13)
  std::size_t window{0};  // connections at once; 0 = what the descriptors allow, at most 4096
  std::chrono::milliseconds first_timeout{950};  // below the kernel's own SYN retransmission
  std::chrono::milliseconds least_timeout{100};  // RTO of a measured host is clamped to these two
  std::chrono::milliseconds most_timeout{3000};
  std::chrono::milliseconds udp_timeout{1000};
  std::chrono::milliseconds pass_gap{1000};     // least time between two tries of a position
  std::chrono::milliseconds udp_host_gap{500};  // between two datagrams to one host: ICMP errors
                                                // are rationed to about one a second (lesson 12)
};

// A snapshot; may be taken from any thread.
struct SweepProgress {
  std::uint64_t planned{0};  // positions of the source
  std::uint64_t sent{0};     // handshakes and datagrams begun, retries included
  std::uint64_t retried{0};
  std::uint64_t answered{0};                      // positions with an answer
  std::uint64_t open{0}, closed{0}, filtered{0};  // filtered: also open|filtered
  std::uint64_t done{0};                          // positions with a final verdict
  std::uint64_t not_asked{0};  // refused by the scope, or the window of the zone was closed
  std::uint64_t deferred{0};   // waiting for the window of their zone
  UnixMillis paused_until{};   // every zone is closed; 0 = not paused
  std::uint64_t in_flight{0};
  std::uint64_t window{0};     // of connections, at present
  std::uint64_t shortages{0};  // times our own end was exhausted
  int pass{0};                 // from 1
  int retries{0};              // further passes that everything silent gets
};

struct AddressOutcome {
  std::string zone;
  net::Address ip;
  model::HostOutcome outcome{model::HostOutcome::skipped};
};

class Sweep {
 public:
  // All must outlive the sweep.
  Sweep(Pacer& pacer, const TargetSource& source, SweepSink& sink, SweepSettings settings = {});
  ~Sweep();
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  // Ends when every position is done, or soon (<= 1 s) after stop was set. An Error means the run
  // must end: a breach of scope. Called once.
  [[nodiscard]] Awaitable<Result<void>> run();

  [[nodiscard]] SweepProgress progress() const;
  // Of one address, for a source that asks each address `ports` times: skipped unless all of them
  // have a verdict (silent where `ports` is 0). answered = anything came back, be it a refusal.
  [[nodiscard]] model::HostOutcome outcome(const net::Address& ip, std::size_t ports) const;
  // outcome() of every address of the scope, as blocks of consecutive addresses of one zone.
  [[nodiscard]] std::vector<model::CoverageBlock> coverage(std::size_t ports) const;
  // Of every block of the scope, or of those that changed since the last call.
  [[nodiscard]] std::vector<model::PrefixReport> reports(bool all);

  // Where it stands: what changed since the checkpoint before (key, pps, counts and coverage are
  // the caller's). What the sink was told before this call is covered by it, nothing else.
  [[nodiscard]] model::Checkpoint checkpoint();
  // Before run(): stand where a sweep of the same source stood. `from` has all pages.
  void resume(const model::Checkpoint& from);
  [[nodiscard]] bool has_verdict(std::uint64_t position) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The outcome of every address of the scope, as blocks of consecutive addresses of one zone.
[[nodiscard]] std::vector<model::CoverageBlock> cover_scope(
    const targets::Scope& scope,
    const std::function<model::HostOutcome(const net::Address&)>& outcome);

// Asks the given endpoints once more, at least `gap` after the call: app confirms with it that a
// port of the register which refused is closed (closed = refused by two probes). Verdicts open,
// closed, filtered; what could not be asked is left out.
[[nodiscard]] Awaitable<Result<std::vector<model::PortResult>>> confirm(
    Pacer& pacer, std::vector<targets::ApprovedTarget> endpoints,
    std::chrono::milliseconds gap = std::chrono::milliseconds(1000));

}  // namespace qingdan::probe
