// frame_guard — asks the scope again for each raw frame, immediately before it leaves, and fails
// closed: the Dialer's law D1 and D2 for frames. The destination is read out of the frame; what its
// maker says of it has only to agree.
//   G1  nothing is permitted that goes to an address outside the scope, but ARP and ND requests for
//       a gateway of the kernel's own routes
//   G2  after one breach nothing is permitted any more
#pragma once

#include <optional>
#include <set>
#include <string>

#include "qingdan/probe/raw_link.h"

namespace qingdan::probe {

// Which address a frame is for: of IP its destination, of ARP and neighbour solicitations the
// address asked for. nullopt: none that we send.
struct FrameTarget {
  net::Address ip;
  bool is_request{false};  // ARP or ND
};
[[nodiscard]] std::optional<FrameTarget> find_target(BytesView frame, bool ethernet);

class FrameGuard {
 public:
  // Both outlive the guard; `gateways` may grow meanwhile, on the guard's thread.
  FrameGuard(const targets::Scope& scope, const std::set<net::Address>& gateways)
      : scope_(scope), gateways_(gateways) {}

  // False counts as a breach.
  [[nodiscard]] bool permits(const Outgoing& frame, bool ethernet);
  [[nodiscard]] bool is_closed() const { return closed_; }
  // ErrorCode::refused with the address, where the guard had to say no.
  [[nodiscard]] Result<void> breach() const;

 private:
  [[nodiscard]] bool is_in_scope(const net::Address& ip);
  bool close(std::string what);

  const targets::Scope& scope_;
  const std::set<net::Address>& gateways_;
  // The range that held the last address: a sweep asks for the same one again and again.
  net::AddressRange last_{net::Address::v4(1), net::Address::v4(0)};
  bool closed_{false};
  std::string first_breach_;
};

}  // namespace qingdan::probe
