// reset_ration — hosts that answer so many closed ports a second and no more. Stacks and firewalls
// limit what they refuse (FreeBSD: 200 a second; others far less), and a port whose refusal fell to
// the limit looks filtered. Asked more slowly it is refused like the others.
//   R1  a host is taken for one that rations where the most refusals of a second came again in
//   another
//       second: chance does not repeat its own record
//   R2  its silent ports are asked again in passes of their own, below what it refused per second
//   R3  where that draws out next to nothing, the ports are silent and the host is left alone
// Pure. Memory is a constant per host that refused anything.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "qingdan/base/clock.h"
#include "qingdan/net/address.h"

namespace qingdan::probe {

class ResetRations {
 public:
  static constexpr int kPasses = 2;  // of R2

  void on_reset(const net::Address& ip, SteadyTime at);

  [[nodiscard]] bool any() const { return rationed_ > 0; }
  // Its silent ports belong to the slow passes.
  [[nodiscard]] bool rations(const net::Address& ip) const;
  // The next packet of a slow pass to `ip`: not before.
  [[nodiscard]] SteadyTime earliest(const net::Address& ip, SteadyTime now) const;
  void take(const net::Address& ip, SteadyTime now);

 private:
  struct Host {
    SteadyTime second{};  // begins with the first refusal after the one before
    std::uint32_t in_second{0}, most{0}, times{0};  // times: the most was reached
    std::uint32_t asked{0}, refused{0};             // in slow passes
    SteadyTime due{};
    bool rations{false}, in_vain{false};
  };
  void close_second(Host& host);

  std::unordered_map<net::Address, Host> hosts_;
  std::size_t rationed_{0};
};

}  // namespace qingdan::probe
