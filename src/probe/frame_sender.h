// frame_sender — puts frames on the wire, many in one call. Asks nobody: PacketLink does (L1).
#pragma once

#include <span>

#include "qingdan/base/handle.h"
#include "qingdan/base/result.h"
#include "qingdan/probe/raw_link.h"

namespace qingdan::probe {

class FrameSender {
 public:
  static constexpr std::size_t kBatchMost = 64;
  enum class Outcome {
    sent,
    later,   // no room just now: ENOBUFS, EAGAIN
    never,   // the kernel will not take the first of these: EPERM, EMSGSIZE …
    no_link  // the interface is gone or down
  };
  struct Batch {
    std::size_t sent{0};
    Outcome outcome{Outcome::sent};  // of the frame after those sent, where there is one
  };

  virtual ~FrameSender() = default;
  // At most kBatchMost, in order.
  [[nodiscard]] virtual Batch send(std::span<const Outgoing> frames) = 0;
};

// Ethernet: an AF_PACKET socket on the interface. Else raw IP sockets, for frames put on lo by
// AF_PACKET are martians to 127.0.0.0/8 and the kernel drops them. Error privilege: CAP_NET_RAW is
// missing.
[[nodiscard]] Result<std::unique_ptr<FrameSender>> open_frame_sender(const Way& way);

// For two threads that send on one interface at once: AF_XDP where it is to be had (xdp_sender.h),
// else as open_frame_sender().
struct SenderPair {
  std::unique_ptr<FrameSender> owners, lanes;
};
[[nodiscard]] Result<SenderPair> open_sender_pair(const Way& way);

}  // namespace qingdan::probe
