// rig — everything a probe needs, over the in-process network.
#pragma once

#include <atomic>
#include <string_view>

#include "qingdan/probe/pacer.h"
#include "support/lib/fake_net.h"
#include "support/lib/scopes.h"

namespace qingdan::test {

struct Rig {
  explicit Rig(targets::Scope allowed, std::uint64_t seed = 1)
      : scope(std::move(allowed)), net(seed) {}

  [[nodiscard]] targets::ApprovedTarget target(
      std::string_view ip, std::uint16_t port,
      net::Transport transport = net::Transport::tcp) const {
    return scope.approve(net::parse_address(ip).value(), transport, port).value();
  }

  targets::Scope scope;
  FakeNet net;
  std::atomic<bool> stop{false};
  probe::Dialer dialer{scope, net};
  targets::Budget budget{scope.pace()};
  probe::Pacer pacer{dialer, budget, stop};
};

}  // namespace qingdan::test
