// syn_ways — which interface, source and frame lead to an address: routes are asked once per prefix
// and kept; one link per interface is open. The sweep asks for every probe, so the last answer is
// tried first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "qingdan/probe/raw_link.h"

namespace qingdan::probe {

struct OpenLink {
  std::string interface;
  std::unique_ptr<RawLink> link;
};

struct KnownWay {
  Way way;
  std::size_t link{0};  // index into links(); meaningless where unreachable
  bool reachable{true};
  net::SynFrame frame;
  net::IcmpFrame echo, second;  // the first and the second question by ICMP: timestamp over IPv4
  net::AddressRange range;      // of `way.covers`
};

class SynWays {
 public:
  // `network` outlives it. `wake` is called when any link has something.
  SynWays(RawNetwork& network, std::uint16_t first_port, std::uint16_t last_port,
          std::function<void()> wake)
      : network_(network), first_(first_port), last_(last_port), wake_(std::move(wake)) {}

  // A destination without route is `reachable` = false. Error: the link cannot be opened.
  [[nodiscard]] Result<const KnownWay*> find(const net::Address& ip);
  // From now on frames by way of `gateway` go to `mac`.
  void learn(const net::Address& gateway, const net::Mac& mac);
  [[nodiscard]] const std::vector<OpenLink>& links() const { return links_; }
  // Everything posted to any link has left.
  [[nodiscard]] bool idle() const;
  void abandon() const;  // what was posted and has not
  [[nodiscard]] LinkCounters counters() const;
  [[nodiscard]] Result<void> health() const;

 private:
  [[nodiscard]] Result<const KnownWay*> ask(const net::Address& ip);
  [[nodiscard]] Result<std::size_t> open(const Way& way);

  RawNetwork& network_;
  std::uint16_t first_, last_;
  std::function<void()> wake_;
  std::vector<OpenLink> links_;
  // By first address of `covers`; entries do not overlap. Held by pointer: find() hands them out.
  std::vector<std::unique_ptr<KnownWay>> ways_;
  const KnownWay* last_found_{nullptr};
};

}  // namespace qingdan::probe
