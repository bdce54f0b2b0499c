// plan — what a census over this scope would do, and how long it would take. Pure; sends nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/net/port_set.h"
#include "qingdan/targets/scope.h"

namespace qingdan::targets {

struct AreaSummary {
  Area area;
  std::uint64_t addresses{0};
  std::size_t ranges{0};
};

struct ScopeSummary {
  std::vector<AreaSummary> areas;  // by zone, then unit
  std::uint64_t addresses{0};
  std::size_t ranges{0};
  std::size_t ports{0};
  std::uint64_t probes{0};                 // addresses x ports, each once
  bool valid{false};                       // authorisation holds at `now`
  bool open{false};                        // at least one zone may be probed at `now`
  std::optional<UnixMillis> next_opening;  // of any zone, within validity; `now` where open
  // Under the pace, of which a sweep uses nine tenths (budget.h, sustained): every probe sent once
  // and answered at once; 0 = no cap limits it.
  std::chrono::milliseconds sending{0};
  // Everything silent, so that everything is asked twice: the upper bound.
  std::chrono::milliseconds sending_twice{0};
  // When the last probe of the upper bound leaves if we start at `now` or at the next opening, and
  // wait for the windows; nullopt: it does not fit into the validity.
  std::optional<UnixMillis> finished_by;
};

[[nodiscard]] ScopeSummary plan_scope(const Scope& scope, const net::PortSet& ports,
                                      UnixMillis now);

}  // namespace qingdan::targets
