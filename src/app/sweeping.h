// sweeping — which engine asks which ports: half-open or by connect for TCP, datagrams for UDP. One
// progress, one coverage, whatever is inside.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "qingdan/model/checkpoint.h"
#include "qingdan/probe/raw_link.h"
#include "qingdan/probe/sweep.h"
#include "qingdan/probe/syn_sweep.h"
#include "qingdan/targets/permutation.h"

namespace qingdan::app {

enum class Method : std::uint8_t { connect, syn };

// addresses × ports in permuted order.
class PermutedSource final : public probe::TargetSource {
 public:
  PermutedSource(const targets::Scope& scope, const net::PortSet& ports, const Key128& key);
  [[nodiscard]] std::uint64_t size() const override { return order_.size(); }
  [[nodiscard]] std::optional<targets::ApprovedTarget> at(std::uint64_t position) const override;
  void read(std::uint64_t first,
            std::span<std::optional<targets::ApprovedTarget>> into) const override;
  [[nodiscard]] std::optional<std::uint64_t> position_of(const net::Address& ip,
                                                         net::TransportPort port) const override;

 private:
  [[nodiscard]] std::optional<targets::ApprovedTarget> target_of(std::uint64_t element) const;
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  const targets::Scope& scope_;
  std::vector<net::TransportPort> ports_;
  std::vector<std::uint32_t> index_;  // of transport << 16 | port, into ports_
  targets::Permutation order_;
};

struct SweepPlan {
  const net::PortSet& ports;
  Method method;
  const Key128& key;  // of the permutation
};

// Positions of the half-open sweep come first, in pages of their own; those of the other follow.
class Sweeping {
 public:
  // All but the plan must outlive it. `raw` may be null for connect.
  Sweeping(probe::Pacer& pacer, probe::RawNetwork* raw, SweepPlan plan, probe::SweepSink& sink);

  [[nodiscard]] Awaitable<Result<void>> run();
  [[nodiscard]] probe::SweepProgress progress() const;  // from any thread
  [[nodiscard]] std::vector<model::CoverageBlock> coverage() const;
  // As probe::Sweep's, of both together.
  [[nodiscard]] model::Checkpoint checkpoint();
  void resume(const model::Checkpoint& from);
  [[nodiscard]] bool has_verdict(const model::Endpoint& at) const;

 private:
  [[nodiscard]] std::uint64_t page_offset() const;  // of the pages of `sweep_`
  const targets::Scope& scope_;
  std::size_t slow_ports_{0};  // ports of every address that `sweep_` asks
  PermutedSource source_, half_open_source_;
  probe::Sweep sweep_;
  std::unique_ptr<probe::SynSweep> half_open_;
};

}  // namespace qingdan::app
