// xdp_sender — Ethernet frames through AF_XDP sockets in copy mode: the kernel takes them out of a
// ring we share with it, at three quarters of the processor time that sendmmsg(2) costs
// (tests/bench/README.md). Nothing is received here and no program is attached to the interface.
//   V1  nothing leaves but inside send(): what the kernel did not take there is overwritten by the
//       next call, and only a call lets the kernel look
//   V2  a chunk of the shared memory is written again only when the kernel has let go of it
// Source: Linux Documentation/networking/af_xdp.rst.
#pragma once

#include <memory>
#include <vector>

#include "probe/frame_sender.h"

namespace qingdan::probe {

// So many senders on one queue of the interface, over one memory; each may be used on a thread of
// its own. Error: this kernel has no AF_XDP, another program has the queue, the memory may not be
// locked (RLIMIT_MEMLOCK) …: then AF_PACKET is the way.
[[nodiscard]] Result<std::vector<std::unique_ptr<FrameSender>>> open_xdp_senders(const Way& way,
                                                                                 std::size_t count);

}  // namespace qingdan::probe
