// interview_bench — one host with one port in the in-process network, and what its interview says.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "qingdan/probe/interview.h"
#include "support/lib/rig.h"

namespace qingdan::test {

inline constexpr std::string_view kHost = "192.0.2.1";

struct Bench {
  explicit Bench(MakePeer peer, std::uint16_t port_of = 22)
      : rig(make_scope("192.0.2.0/24")), port(port_of) {
    rig.net.listen(kHost, port, std::move(peer));
  }
  probe::InterviewReport ask(probe::InterviewSettings settings = {}) {
    probe::Subject subject{rig.target(kHost, port), std::chrono::milliseconds(2), ""};
    return rig.net.await(probe::interview(rig.pacer, *tls, std::move(subject), settings));
  }
  [[nodiscard]] std::string sent() const { return rig.net.payload(kHost, port); }

  Rig rig;
  std::uint16_t port;
  probe::TlsContextPtr tls{std::move(probe::open_tls_context()).value()};
};

inline std::vector<std::string> channels(const probe::InterviewReport& report) {
  std::vector<std::string> names;
  for (const auto& seen : report.observations) names.push_back(seen.channel);
  return names;
}

inline const model::Observation& first(const probe::InterviewReport& report,
                                       std::string_view channel) {
  const auto found = std::find_if(report.observations.begin(), report.observations.end(),
                                  [&](const auto& seen) { return seen.channel == channel; });
  REQUIRE(found != report.observations.end());
  return *found;
}

inline const std::string kSshIdent = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
inline const std::string kPage = "<html><head><title>t</title></head></html>";

}  // namespace qingdan::test
