// ways — how packets to an address leave this machine. The kernel decides (RTM_GETROUTE, with its
// policy rules); we only find out for which addresses around it the same answer holds.
//   W1  no route and no destination rule of any table begins or ends inside Way::covers
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probe/netlink.h"
#include "qingdan/base/clock.h"
#include "qingdan/probe/raw_link.h"

namespace qingdan::probe {

// The kernel's answer for one destination.
struct RouteAnswer {
  int interface_index{0};
  std::uint8_t type{0};  // RTN_UNICAST, RTN_LOCAL, …
  std::optional<net::Address> gateway, source;
};
[[nodiscard]] std::optional<RouteAnswer> parse_route(BytesView body);
// The destination prefix of a route (RTM_NEWROUTE) or of a rule (RTM_NEWRULE, which begins alike).
[[nodiscard]] std::optional<net::Prefix> parse_destination(BytesView body);

struct Interface {
  int index{0};
  std::string name;
  bool ethernet{false};
  bool resolves{false};  // neighbours are asked for their MAC (not IFF_NOARP)
  bool up{false};
  net::Mac mac;
};
[[nodiscard]] std::optional<Interface> parse_interface(BytesView body);

struct NeighbourEntry {
  int interface_index{0};
  net::Address ip;
  net::Mac mac;
};
// nullopt too for entries that failed or are not finished.
[[nodiscard]] std::optional<NeighbourEntry> parse_neighbour(BytesView body);

// The largest prefix around `ip` that lies wholly inside or outside of each of `borders`.
[[nodiscard]] net::Prefix cover_of(const net::Address& ip, const std::vector<net::Prefix>& borders);

class Ways {
 public:
  explicit Ways(const Clock& clock) : clock_(clock) {}
  [[nodiscard]] Result<Way> find(const net::Address& ip);

 private:
  struct Borders {
    std::vector<net::Prefix> prefixes;
    std::optional<SteadyTime> read_at;
  };
  [[nodiscard]] Result<RouteAnswer> ask_route(Netlink& netlink, const net::Address& ip) const;
  [[nodiscard]] Result<Interface> ask_interface(Netlink& netlink, int index) const;
  [[nodiscard]] Result<void> read_borders(Netlink& netlink, bool six);
  [[nodiscard]] Result<std::optional<net::Mac>> ask_mac(Netlink& netlink, int interface_index,
                                                        const net::Address& ip) const;
  [[nodiscard]] Result<void> fill_hop(Netlink& netlink, const Interface& interface, Way& way) const;

  const Clock& clock_;
  Borders four_, six_;
};

}  // namespace qingdan::probe
