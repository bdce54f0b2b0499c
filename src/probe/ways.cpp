// ways — see the header.
#include "probe/ways.h"

// Before the kernel's headers, which then leave out what it has said.
#include <net/if.h>

#include <linux/fib_rules.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace qingdan::probe {
namespace {

using net::Address;

// A table is read anew at most once in this time: a sweep asks for ways in bursts.
constexpr auto kBordersKept = std::chrono::seconds(1);

template <class Head>
std::optional<Head> read_head(BytesView body) {
  Head head{};
  if (body.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, body.data(), sizeof head);
  return head;
}

// Attributes begin where the fixed part, padded to 4 bytes, ends.
template <class Head>
BytesView attributes_of(BytesView body) {
  return body.subspan(std::min((sizeof(Head) + 3) & ~std::size_t{3}, body.size()));
}

std::optional<Address> to_address(BytesView value) {
  ByteReader in(value);
  if (value.size() == 4) return Address::v4(in.u32be());
  if (value.size() != 16) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::copy(value.begin(), value.end(), bytes.begin());
  return Address::v6(bytes);
}

std::optional<net::Mac> to_mac(BytesView value) {
  net::Mac mac;
  if (value.size() != mac.bytes.size()) return std::nullopt;
  std::copy(value.begin(), value.end(), mac.bytes.begin());
  return mac;
}

Bytes to_wire(const Address& ip) {
  ByteWriter out;
  if (ip.is_v4()) {
    out.u32be(ip.v4_value());
  } else {
    out.bytes(ip.v6_bytes());
  }
  return std::move(out).take();
}

template <class Head>
Bytes to_body(const Head& head) {
  Bytes body(sizeof head);
  std::memcpy(body.data(), &head, sizeof head);
  return body;
}

int index_from(BytesView value) {
  int index = 0;
  if (value.size() == sizeof index) std::memcpy(&index, value.data(), sizeof index);
  return index;
}

std::uint8_t family_of(bool six) { return six ? AF_INET6 : AF_INET; }

// How many leading bits of the family two addresses share.
unsigned shared_bits(const Address& a, const Address& b) {
  const auto differing = a.number() ^ b.number();
  const auto high = static_cast<std::uint64_t>(differing >> 64);
  const auto low = static_cast<std::uint64_t>(differing);
  const int zeros = high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(low);
  return static_cast<unsigned>(zeros) - (a.is_v4() ? 96 : 0);
}

net::Prefix prefix_around(const Address& ip, unsigned bits) {
  const unsigned width = ip.is_v4() ? 32 : 128;
  auto number = ip.number();
  // A shift by the whole width of the type is undefined.
  number = bits == 0 ? 0 : number >> (width - bits) << (width - bits);
  return {Address::from_number(number, ip.is_v6()), static_cast<std::uint8_t>(bits)};
}

Error no_way(const Address& ip, const std::string& why) {
  return {ErrorCode::io, "no route to " + ip.to_string() + ": " + why, "probe: ways"};
}

}  // namespace

std::optional<RouteAnswer> parse_route(BytesView body) {
  const auto head = read_head<rtmsg>(body);
  if (!head) return std::nullopt;
  RouteAnswer answer;
  answer.type = head->rtm_type;
  for_each_attribute(attributes_of<rtmsg>(body), [&](std::uint16_t type, BytesView value) {
    if (type == RTA_OIF) answer.interface_index = index_from(value);
    if (type == RTA_GATEWAY) answer.gateway = to_address(value);
    if (type == RTA_PREFSRC) answer.source = to_address(value);
    // A gateway of the other family (RFC 5549): its family, then the address.
    if (type == RTA_VIA && value.size() > 2) answer.gateway = to_address(value.subspan(2));
  });
  if (answer.interface_index == 0) return std::nullopt;
  return answer;
}

std::optional<net::Prefix> parse_destination(BytesView body) {
  static_assert(sizeof(rtmsg) == sizeof(fib_rule_hdr) && static_cast<int>(RTA_DST) == FRA_DST);
  const auto head = read_head<rtmsg>(body);
  if (!head) return std::nullopt;
  const bool six = head->rtm_family == AF_INET6;
  if (!six && head->rtm_family != AF_INET) return std::nullopt;
  // The default route has no attribute for its zero bits.
  std::optional<Address> base = Address::from_number(0, six);
  for_each_attribute(attributes_of<rtmsg>(body), [&](std::uint16_t type, BytesView value) {
    if (type == RTA_DST) base = to_address(value);
  });
  if (!base || base->is_v6() != six || head->rtm_dst_len > (six ? 128 : 32)) return std::nullopt;
  return prefix_around(*base, head->rtm_dst_len);
}

std::optional<Interface> parse_interface(BytesView body) {
  const auto head = read_head<ifinfomsg>(body);
  if (!head) return std::nullopt;
  Interface found;
  found.index = head->ifi_index;
  found.ethernet = head->ifi_type == ARPHRD_ETHER;
  found.resolves = found.ethernet && (head->ifi_flags & IFF_NOARP) == 0;
  found.up = (head->ifi_flags & IFF_UP) != 0;
  for_each_attribute(attributes_of<ifinfomsg>(body), [&](std::uint16_t type, BytesView value) {
    if (type == IFLA_IFNAME) found.name = as_text(value).substr(0, as_text(value).find('\0'));
    if (type == IFLA_ADDRESS && found.ethernet) found.mac = to_mac(value).value_or(net::Mac{});
  });
  if (found.name.empty()) return std::nullopt;
  return found;
}

std::optional<NeighbourEntry> parse_neighbour(BytesView body) {
  constexpr unsigned kUsable =
      NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP;
  const auto head = read_head<ndmsg>(body);
  if (!head || (head->ndm_state & kUsable) == 0) return std::nullopt;
  std::optional<Address> ip;
  std::optional<net::Mac> mac;
  for_each_attribute(attributes_of<ndmsg>(body), [&](std::uint16_t type, BytesView value) {
    if (type == NDA_DST) ip = to_address(value);
    if (type == NDA_LLADDR) mac = to_mac(value);
  });
  if (!ip || !mac) return std::nullopt;
  return NeighbourEntry{head->ndm_ifindex, *ip, *mac};
}

net::Prefix cover_of(const Address& ip, const std::vector<net::Prefix>& borders) {
  unsigned bits = 0;
  for (const auto& border : borders) {
    if (border.base.is_v6() != ip.is_v6()) continue;
    const auto shared = shared_bits(ip, border.base);
    // Inside: stay inside. Outside: be long enough to hold none of it.
    bits = std::max(bits, shared >= border.bits ? border.bits : shared + 1);
  }
  return prefix_around(ip, bits);
}

Result<RouteAnswer> Ways::ask_route(Netlink& netlink, const Address& ip) const {
  rtmsg head{};
  head.rtm_family = family_of(ip.is_v6());
  head.rtm_dst_len = ip.is_v6() ? 128 : 32;
  Netlink::Question question{RTM_GETROUTE, false, to_body(head)};
  add_attribute(question.body, RTA_DST, to_wire(ip));
  std::optional<RouteAnswer> answer;
  const auto asked = netlink.ask(question, [&](std::uint16_t type, BytesView body) {
    if (type == RTM_NEWROUTE) answer = parse_route(body);
  });
  // ENETUNREACH, EHOSTUNREACH and so on are what unreachable, prohibit and missing routes answer.
  if (!asked && netlink.kernel_error() == 0) return asked.error();
  if (!asked) return no_way(ip, std::strerror(netlink.kernel_error()));
  if (!answer) return no_way(ip, "the kernel's answer names no interface");
  switch (answer->type) {
    case RTN_UNICAST:
    case RTN_LOCAL:
      return *answer;
    case RTN_BROADCAST:
    case RTN_MULTICAST:
    case RTN_ANYCAST:
      return no_way(ip, "it is the address of a group, not of a host");
    default:
      return no_way(ip, "its route leads nowhere");
  }
}

Result<Interface> Ways::ask_interface(Netlink& netlink, int index) const {
  ifinfomsg head{};
  head.ifi_family = AF_UNSPEC;
  head.ifi_index = index;
  std::optional<Interface> found;
  const auto asked =
      netlink.ask({RTM_GETLINK, false, to_body(head)}, [&](std::uint16_t type, BytesView body) {
        if (type == RTM_NEWLINK) found = parse_interface(body);
      });
  if (!asked) return asked.error();
  if (found && found->up) return *found;
  return Error{ErrorCode::io, "interface " + std::to_string(index) + " is not there or not up",
               "probe: ways"};
}

Result<void> Ways::read_borders(Netlink& netlink, bool six) {
  auto& borders = six ? six_ : four_;
  const auto now = clock_.steady();
  if (borders.read_at && now - *borders.read_at < kBordersKept) return {};
  borders = {};
  rtmsg head{};
  head.rtm_family = family_of(six);
  for (const std::uint16_t type : {RTM_GETROUTE, RTM_GETRULE}) {
    const auto asked = netlink.ask({type, true, to_body(head)}, [&](std::uint16_t, BytesView body) {
      if (const auto prefix = parse_destination(body)) borders.prefixes.push_back(*prefix);
    });
    // A kernel without policy rules (EOPNOTSUPP) has none that could split a cover.
    const bool no_rules = type == RTM_GETRULE && netlink.kernel_error() == EOPNOTSUPP;
    if (!asked && !no_rules) return asked.error();
  }
  borders.read_at = now;
  return {};
}

Result<std::optional<net::Mac>> Ways::ask_mac(Netlink& netlink, int interface_index,
                                              const Address& ip) const {
  ndmsg head{};
  head.ndm_family = family_of(ip.is_v6());
  std::optional<net::Mac> mac;
  const auto asked =
      netlink.ask({RTM_GETNEIGH, true, to_body(head)}, [&](std::uint16_t type, BytesView body) {
        const auto entry = type == RTM_NEWNEIGH ? parse_neighbour(body) : std::nullopt;
        if (entry && entry->interface_index == interface_index && entry->ip == ip) mac = entry->mac;
      });
  if (!asked) return asked.error();
  return mac;
}

Result<void> Ways::fill_hop(Netlink& netlink, const Interface& interface, Way& way) const {
  way.ethernet = interface.ethernet;
  if (!interface.ethernet) {
    way.hop_known = true;  // there is nothing to know
    return {};
  }
  way.own = interface.mac;
  if (!interface.resolves) {
    way.hop = interface.mac;  // what the kernel does itself (arp_constructor)
    way.hop_known = true;
    return {};
  }
  const auto mac = ask_mac(netlink, way.interface_index, way.next_hop);
  if (!mac) return mac.error();
  way.hop_known = mac->has_value();
  way.hop = mac->value_or(net::Mac{});
  return {};
}

Result<Way> Ways::find(const Address& ip) {
  auto netlink = Netlink::open();
  if (!netlink) return netlink.error();
  auto route = ask_route(*netlink, ip);
  if (!route) return route.error();
  // What is ours goes through lo, though IPv6 names the interface that has the address.
  if (route->type == RTN_LOCAL) route->interface_index = static_cast<int>(::if_nametoindex("lo"));
  const auto interface = ask_interface(*netlink, route->interface_index);
  if (!interface) return interface.error();
  if (const auto read = read_borders(*netlink, ip.is_v6()); !read) return read.error();
  if (!route->source) return no_way(ip, "the interface " + interface->name + " has no address");

  Way way;
  way.covers = cover_of(ip, (ip.is_v6() ? six_ : four_).prefixes);
  way.interface = interface->name;
  way.interface_index = interface->index;
  way.source = *route->source;
  way.on_link = !route->gateway.has_value();
  way.next_hop = route->gateway.value_or(ip);
  if (const auto filled = fill_hop(*netlink, *interface, way); !filled) return filled.error();
  return way;
}

}  // namespace qingdan::probe
