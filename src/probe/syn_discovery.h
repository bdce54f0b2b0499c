// syn_discovery — who is there, before and beside the half-open sweep: neighbours by ARP and ND, all
// others by ICMP echo, later by timestamp. It decides where effort is spent (a host that lives
// earns further tries); a host that stays silent here is asked like any other.
//   H1  an address on our own link that answers no ARP/ND in three tries gets no frames, nor does
//       what lies behind such a gateway: there is nobody to send them to. It is unreachable in the
//       coverage, not skipped
//   H2  no frame without a permit of the Pacer
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "qingdan/base/rng.h"
#include "neighbours.h"
#include "qingdan/probe/pacer.h"
#include "syn_state.h"
#include "syn_ways.h"

namespace qingdan::probe {

class SynDiscovery {
 public:
  // All outlive it; `event` is that of the owner, who waits on nothing else meanwhile.
  SynDiscovery(Pacer& pacer, SynWays& ways, Event& event, const Key128& key);

  // Asks neighbours (always) and, where `icmp`, everybody beyond them once by echo. `take`: takes in what
  // has arrived, and calls the on_ functions. Replies to ICMP may come long after.
  [[nodiscard]] Awaitable<Result<void>> run(bool icmp, std::function<void()> take);
  // A second question to those who answered nothing, in the other form (timestamp; IPv6: echo).
  [[nodiscard]] Awaitable<Result<void>> run_again(std::function<bool(const net::Address&)> heard,
                                                  std::function<void()> take);

  // The MAC of the next hop on the way to `ip`, as far as it was learnt here; nullopt: unknown.
  [[nodiscard]] std::optional<net::Mac> hop_to(const net::Address& ip, const Way& way) const;
  void on_arp(BytesView payload);
  // The host, where it is an answer to our ICMP. Advertisements of neighbours are taken in too.
  [[nodiscard]] std::optional<net::Address> on_packet(const net::Packet& packet, BytesView ip);
  [[nodiscard]] std::uint64_t silent_neighbours() const { return silent_; }

 private:
  enum class Question : std::uint8_t { echo, second };
  using Wanted = std::function<bool(const net::Address&)>;
  // One round of `question` to every address of the scope that `wanted` names.
  Awaitable<Result<void>> round(Question question, Wanted wanted, std::function<void()> take);
  Awaitable<Result<void>> resolve(std::function<void()> take);
  [[nodiscard]] Result<void> want_neighbours();
  Awaitable<Result<void>> ask_neighbour(net::Address ip, std::function<void()> take);
  void put(Question question, const KnownWay& known, const net::Address& ip);
  // The way to one whom ICMP is to ask; nullptr: it is not, or there is none.
  [[nodiscard]] Result<const KnownWay*> far_way(const net::Address& ip);
  [[nodiscard]] Permit ask(const net::Address& ip);
  Awaitable<bool> permitted(net::Address ip, std::function<void()> take);
  Awaitable<void> flush(std::function<void()> take);
  void believe(const net::ArpReply& reply);
  [[nodiscard]] std::uint64_t mark_of(const net::Address& ip) const;

  Pacer& pacer_;
  SynWays& ways_;
  Event& event_;
  const Key128 key_;
  Neighbours neighbours_;
  std::map<net::Address, const KnownWay*> gateways_;  // whose MAC the kernel did not know
  SynBatch batch_{64};
  Moment moment_{};  // of this batch
  std::uint64_t silent_{0};
};

}  // namespace qingdan::probe
