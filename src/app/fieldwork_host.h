// fieldwork_host — what Fieldwork keeps of a host with open ports; for the files that implement it.
#pragma once

#include <vector>

#include "app/fieldwork.h"

namespace qingdan::app {

struct Fieldwork::Host {
  struct Waiting {
    targets::ApprovedTarget target;
    double rtt_ms;
    bool half_open;
  };
  bool asked{false};  // the canaries have answered
  probe::CanaryFindings canaries;
  std::vector<Waiting> waiting;
};

// A host that accepts everything may have hundreds of ports "open". One connection each tells what
// differs from the canaries; the long form would keep it busy for an hour.
[[nodiscard]] probe::RunnerSettings short_form();

}  // namespace qingdan::app
