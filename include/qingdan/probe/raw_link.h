// raw_link — the seam to one network interface for packets that no socket of the kernel owns: the
// half-open sweep, ARP, neighbour discovery and ICMP. Two implementations: AF_PACKET (a raw IP
// socket on loopback) with libpcap behind it, and the simulated network of the tests.
//
//   L1  send() is the one function through which raw frames leave; it asks the scope again for each
//       (fail closed), as Dialer does for sockets, and tells the SendLog. It reads the destination
//       out of the frame itself. ARP and ND requests for a gateway that find_way() named may leave
//       though no scope holds it: the kernel asks the same before it sends anything that way
//       post() is the same door for frames that no cap holds: it asks the scope at once and hands
//       what is permitted to a thread of the link's own, where there is one
//   L2  what was received is handed out in order of arrival; what the kernel dropped is counted
// Not thread-safe: one owner, on the thread of its Sockets. The receiving thread inside is its own,
// and so is the sending one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/base/task.h"
#include "qingdan/net/frame.h"
#include "qingdan/targets/scope.h"

namespace qingdan::probe {

// How packets to one destination leave this machine, and to all of `covers` but for neighbours'
// MACs.
struct Way {
  net::Prefix covers;  // no other route holds for any address in it
  std::string interface;
  int interface_index{0};
  net::Address source;    // our address on it
  net::Address next_hop;  // whose MAC is `hop`: the gateway's, or the destination's own (on_link)
  net::Mac own, hop;      // zero where the interface has no Ethernet header
  bool ethernet{false};   // frames begin with an Ethernet header; false: with IP (lo, tun)
  bool on_link{false};    // the destination is a neighbour: `hop` is its own address by ARP/ND
  bool hop_known{false};  // `hop` is filled in
};

// A frame to send: `bytes` begin as Way::ethernet says, `ip` is where it goes (for the scope).
struct Outgoing {
  BytesView bytes;
  net::Address ip;
};

struct LinkCounters {
  std::uint64_t sent{0}, send_retries{0}, send_failures{0};
  std::uint64_t received{0};
  std::uint64_t dropped{0};  // by the kernel or for want of room before we saw them: our own loss
};

class RawLink {
 public:
  // `packet` begins with the Ethernet header where the interface has one; valid during the call.
  using OnFrame = std::function<void(BytesView packet, bool ethernet, SteadyTime at)>;

  virtual ~RawLink() = default;
  // Sends in order as one batch. Returns how many left; fewer than given: the kernel takes no more
  // just now (ENOBUFS, EAGAIN), try again a little later. A frame the kernel will never take (a
  // firewall's EPERM) counts as left and as a send failure. After a breach of scope always 0.
  [[nodiscard]] virtual std::size_t send(std::span<const Outgoing> frames) = 0;
  // As send(), but a frame counts as taken when it has been copied; it leaves within a millisecond,
  // unless the kernel has no room, the link closes or a frame after it breaks the scope. For frames
  // whose exact time of leaving no cap asks for.
  [[nodiscard]] virtual std::size_t post(std::span<const Outgoing> frames) { return send(frames); }
  // Everything posted has left, or never will.
  [[nodiscard]] virtual bool idle() const { return true; }
  // What was posted and has not left never will: for a stop.
  virtual void abandon() {}
  // Hands out what has arrived, at most `most` frames; returns how many.
  virtual std::size_t receive(const OnFrame& on_frame, std::size_t most) = 0;
  // Called on the owner's thread soon after something arrived; replaces the former.
  virtual void on_arrival(std::function<void()> wake) = 0;
  [[nodiscard]] virtual LinkCounters counters() const = 0;
  // ErrorCode::refused where the guard had to say no (L1); io where the interface went away.
  [[nodiscard]] virtual Result<void> health() const = 0;
};

// The source ports of raw probes, both ends included.
struct PortSpan {
  std::uint16_t first{0}, last{0};
};
// 1000 ports no ordinary connection of this machine is given: outside the "low high" of
// net.ipv4.ip_local_port_range, 61000-61999 where that is. Fixed, so that owners can announce it.
[[nodiscard]] PortSpan choose_source_ports(std::string_view ip_local_port_range);
// The same for this machine.
[[nodiscard]] PortSpan read_source_ports();

// Finds ways and opens links: netlink on the real machine, the script's word in the simulation.
class RawNetwork {
 public:
  virtual ~RawNetwork() = default;
  // The kernel's route to `ip` (RTM_GETROUTE), with the next hop's MAC where the neighbour table
  // has it. Error: no route, or a broadcast or multicast address.
  [[nodiscard]] virtual Result<Way> find_way(const net::Address& ip) = 0;
  // Receives TCP to our ports `first_port`..`last_port`, ICMP errors and replies, ARP and ND
  // replies on the interface of `way`. Error privilege: CAP_NET_RAW is missing.
  [[nodiscard]] virtual Result<std::unique_ptr<RawLink>> open_link(const Way& way,
                                                                   std::uint16_t first_port,
                                                                   std::uint16_t last_port) = 0;
};

// The machine's own. scope, executor and clock outlive it and every link it opened.
[[nodiscard]] std::unique_ptr<RawNetwork> make_raw_network(Executor executor, const Clock& clock,
                                                           const targets::Scope& scope);
// CAP_NET_RAW in this network namespace: a raw socket can be opened.
[[nodiscard]] bool can_send_raw();

}  // namespace qingdan::probe
