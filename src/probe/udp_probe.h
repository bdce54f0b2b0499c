// udp_probe — one port asked by the datagram of the conversation that belongs to it.
#pragma once

#include <chrono>
#include <vector>

#include "qingdan/model/observation.h"
#include "qingdan/probe/pacer.h"

namespace qingdan::probe {

struct UdpFindings {
  // bytes: it replied; refused: ICMP port unreachable. timeout: silence.
  DatagramOutcome outcome{DatagramOutcome::timeout};
  std::chrono::nanoseconds rtt{-1};
  int further_sends{0};  // beyond the first datagram
  std::vector<model::Observation> observations;
};

// EXPECTS a conversation for the port (askable()). The permit for the first datagram has been
// given. Waits for `patience`, longer where the protocol lets its servers answer later. `attempt`
// counts the times this port is asked.
[[nodiscard]] Awaitable<UdpFindings> probe_udp(Pacer& pacer, targets::ApprovedTarget target,
                                               std::chrono::nanoseconds patience, int attempt = 1);

}  // namespace qingdan::probe
