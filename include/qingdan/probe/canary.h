// canary — does this host say "open" on ports where nobody listens? Three ports at random out of a
// band IANA left unassigned and outside the port list; two that accept make the host suspect.
//
// On a suspect host a port counts only if what it says differs from what a canary said; a host that
// makes up a different greeting for every canary proves nothing with any greeting (lessons 18, 20).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "qingdan/base/rng.h"
#include "qingdan/base/task.h"
#include "qingdan/net/port_set.h"
#include "qingdan/probe/interview.h"

namespace qingdan::probe {

// IANA Service Name and Transport Protocol Port Number Registry: 48654-48999 is unassigned; below
// the ephemeral range of RFC 6335 (49152), so no client port of the host answers by chance.
inline constexpr std::uint16_t kCanaryFirst = 48700;
inline constexpr std::uint16_t kCanaryLast = 48999;

// Three different ports of the band, not in `asked` as far as it leaves three.
[[nodiscard]] std::array<std::uint16_t, 3> choose_canaries(Rng& rng, const net::PortSet& asked);

struct CanaryFindings {
  net::Address ip;
  int asked{0};
  int open{0};
  std::uint64_t sent{0};
  bool complete{true};                // false: stopped or window closed; says nothing then
  bool fabricates{false};             // two canaries said two different things
  std::vector<InterviewReport> said;  // interviews of up to two open canaries
  [[nodiscard]] bool suspect() const { return open >= 2; }
};

// Dials the canaries of `ip` one after the other; where two accept, interviews both.
[[nodiscard]] Awaitable<CanaryFindings> ask_canaries(Pacer& pacer, TlsContext& tls, net::Address ip,
                                                     std::array<std::uint16_t, 3> ports,
                                                     InterviewSettings settings);

// Equal where two reports say the same but for what differs from answer to answer (dates, numbers,
// cookies); 0 where nothing was said.
[[nodiscard]] std::uint64_t shape_of(const InterviewReport& report);

// The verdict of a report of the same host in the light of the canaries; unchanged where the host
// is not suspect. Pure.
[[nodiscard]] model::Verdict judge(const InterviewReport& report, const CanaryFindings& canaries);

}  // namespace qingdan::probe
