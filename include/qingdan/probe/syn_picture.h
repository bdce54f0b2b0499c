// syn_picture — what the answers to a half-open sweep look like, by host and by block, while they
// come in: reasons to look closer (lessons 18 and 19), never a verdict by themselves.
//   P1  a host is suspect by its own picture (false_open.h)
//   P2  a block looks fronted where kLeastAsked or more of its addresses, half of those in scope,
//   sent
//       SYN-ACKs and nine in ten of them look alike: one machine, or many of one make. Whether it
//       is one machine is asked at addresses where nobody is (canary.h), kDarkPerBlock of a block
// Memory: a constant per host that answered. Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "qingdan/net/address.h"
#include "qingdan/probe/false_open.h"

namespace qingdan::probe {

class SynPicture {
 public:
  void on_answer(const net::Address& ip, bool open, const SynAckTraits& traits);

  // `asked`: how many ports of each host were asked so far, or will be.
  [[nodiscard]] Suspicion judge(const net::Address& ip, std::uint32_t asked) const;
  // Of those that accepted anything.
  [[nodiscard]] std::vector<net::Address> suspects(std::uint32_t asked) const;

  // `addresses`: of a block, in scope.
  [[nodiscard]] std::vector<net::Prefix> fronted_blocks(
      const std::function<std::uint64_t(const net::Prefix&)>& addresses) const;
  // Addresses of the block at which nobody is: first those that are known for it, then those of
  // `in_scope` that answered nothing.
  [[nodiscard]] std::vector<net::Address> dark_of(
      const net::Prefix& block, const std::set<net::Address>& known,
      const std::function<bool(const net::Address&)>& in_scope) const;

 private:
  using Look = std::uint64_t;  // window, options, distance: equal where two SYN-ACKs look alike
  struct Host {
    SynAckProfile profile;
    Look look{0};  // of its first SYN-ACK
    bool open{false};
  };
  std::unordered_map<net::Address, Host> hosts_;
};

}  // namespace qingdan::probe
