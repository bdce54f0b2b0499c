// capture — hears one interface through libpcap on a thread of its own and puts what the filter
// lets through into an inbox.
//   C1  the pcap handle is touched by one thread at a time: the opener's, then the capture's
//   C2  what the kernel dropped for want of room is counted (ps_drop)
// Not promiscuous; nothing is sent.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "probe/frame_inbox.h"
#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"

namespace qingdan::probe {

struct CaptureSettings {
  std::string interface;
  PortSpan ports;        // TCP to these
  bool ethernet{false};  // hand out the Ethernet header; else frames begin with IP
};

// In pcap-filter(7)'s language: TCP to the ports but a bare SYN (what somebody else, or we
// ourselves on lo, ask of such a port is no answer), ICMP and ICMPv6 replies and errors, ARP
// replies and neighbour advertisements.
[[nodiscard]] std::string capture_filter(const PortSpan& ports);

class Capture {
 public:
  virtual ~Capture() = default;                             // stops and joins
  [[nodiscard]] virtual std::uint64_t dropped() const = 0;  // by the kernel
  // ErrorCode::io where hearing ended by itself: the interface went away.
  [[nodiscard]] virtual Result<void> health() const = 0;
};

// `on_put` is called on the capture thread after something was put, or when hearing ended. inbox
// and clock outlive the capture. Error privilege: CAP_NET_RAW is missing.
[[nodiscard]] Result<std::unique_ptr<Capture>> open_capture(const CaptureSettings& settings,
                                                            const Clock& clock, FrameInbox& inbox,
                                                            std::function<void()> on_put);

}  // namespace qingdan::probe
