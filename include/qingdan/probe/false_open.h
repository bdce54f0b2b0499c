// false_open — how much the SYN-ACKs of one host look like those of a machine in front of it.
//
// A SYN proxy answers for hosts and ports that are not there, with a cookie that is right (naabu
// #1733, masscan #387), so no single answer can be told from a real one. What gives it away is the
// picture over many (lesson 19). Each feature has honest causes, so none is enough alone: no weight
// reaches kSuspectScore, two usually do. The score is a reason to look closer, never a verdict: on
// a suspect host a port counts if it says something (lesson 20).
// Pure; a constant amount of memory per host. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::probe {

struct SynAckTraits {
  std::uint16_t window{0};
  std::uint32_t options{0};  // digest_options() of the TCP options, 0 = none
  std::uint8_t hop_limit{0};
  std::chrono::nanoseconds rtt{-1};  // -1 = unknown
};

// Which options in which order and with which values, but for timestamps (RFC 7323 §3), which
// differ from packet to packet. `options` as in the header, padding included.
[[nodiscard]] std::uint32_t digest_options(BytesView options);

inline constexpr int kSuspectScore = 60;

struct Suspicion {
  int score{0};
  std::vector<std::string_view> reasons;  // for people
  [[nodiscard]] bool suspect() const { return score >= kSuspectScore; }
};

class SynAckProfile {
 public:
  void set_asked(std::uint32_t ports) { asked_ = ports; }  // whatever came of them
  void on_syn_ack(const SynAckTraits& traits);
  // RST, or an ICMP message of the host itself: sent by whoever owns the address.
  void on_own_word(std::uint8_t hop_limit, std::chrono::nanoseconds rtt);

  [[nodiscard]] Suspicion judge() const;

 private:
  std::uint32_t asked_{0}, opened_{0};
  std::uint32_t zero_window_{0}, bare_{0}, alike_{0};  // alike: as the first one
  SynAckTraits first_{};
  double open_rtt_{0}, own_rtt_{0};  // sums, nanoseconds
  std::uint32_t open_timed_{0}, own_timed_{0};
  std::optional<std::uint8_t> own_hops_;
  bool hops_differ_{false};
};

}  // namespace qingdan::probe
