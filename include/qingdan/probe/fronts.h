// fronts — prefixes in which something in front of the hosts answers for all of them: a firewall, a
// load balancer, a SYN proxy. Such a machine is one object, not 254 servers.
//   M1  a port is fronted where at least nine in ten of the addresses asked in a block answer it
//       alike (register.md, false-alive filter), the block having kLeastAsked or more
//   M2  or where the addresses known to be dark, at least two in the block, all answer it alike:
//       nobody listens at an address that never answered before (lesson 18)
//   M3  or where a dark address of the block accepts on canary ports: what it says there, be it nothing,
//       is its voice wherever it is heard in the block
// An address counts for a front only with the answer that is alike; one that says something of its
// own on the same port keeps it. Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "qingdan/net/address.h"
#include "qingdan/net/port_set.h"

namespace qingdan::probe {

inline constexpr std::uint64_t kLeastAsked = 16;
inline constexpr std::size_t kDarkPerBlock = 2;

struct Front {
  net::Prefix block;
  net::TransportPort port;
  std::uint64_t asked{0};               // addresses of the block
  std::vector<net::Address> answering;  // alike, in order
  bool dark{false};                     // M2
};

class Fronts {
 public:
  // `shape`: equal where two answers are alike; 0 = it took the connection and said nothing.
  void on_open(const net::Address& ip, net::TransportPort port, std::uint64_t shape);

  // M3: heard at a dark address of the block, on a port nobody listens on.
  void on_dark(const net::Prefix& block, std::uint64_t shape);

  // By block and port. `asked`: addresses of a block that were asked.
  [[nodiscard]] std::vector<Front> judge(
      const std::function<std::uint64_t(const net::Prefix&)>& asked,
      const std::set<net::Address>& dark) const;
  // The same of what on_open() told of since the last call: a front is judged again when it grows.
  [[nodiscard]] std::vector<Front> judge_changed(
      const std::function<std::uint64_t(const net::Prefix&)>& asked,
      const std::set<net::Address>& dark);

 private:
  struct Answer {
    net::Address ip;
    std::uint64_t shape;
  };
  using Key = std::pair<net::Prefix, net::TransportPort>;
  [[nodiscard]] std::optional<Front> judge_one(const Key& key, std::uint64_t asked,
                                               const std::set<net::Address>& dark) const;
  std::map<Key, std::vector<Answer>> answers_;
  std::set<Key> changed_;
  std::map<net::Prefix, std::set<std::uint64_t>> voices_;  // M3
};

// Two addresses per block that a former run asked and nothing is known of; `unknown` in any order.
// Which two is left to the salt, so that nobody can prepare for it.
[[nodiscard]] std::set<net::Address> choose_dark(const std::vector<net::Address>& unknown,
                                                 std::uint64_t salt);

}  // namespace qingdan::probe
