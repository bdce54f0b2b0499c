// raw_link_rig — drives a RawLink the plain way, for raw_netns.py: no engine, no retries of SYNs.
//   sweep SCOPE PREFIX PORT…   a SYN to each address and port of PREFIX, ARP and ND where needed;
//                              prints one JSON object of what came back, told apart by cookie
//   rate SCOPE ADDRESS N       sends N SYNs to the /16 of ADDRESS through RawLink::send and through
//   a
//                              bare sendmmsg loop, in turn five times; prints both rates and what
//                              was heard
//   watch SCOPE ADDRESS        opens a link, says "ready", and waits for its health to fail
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "probe/neighbours.h"
#include "qingdan/base/rng.h"
#include "qingdan/probe/raw_link.h"
#include "support/lib/scopes.h"

using namespace qingdan;
using namespace std::chrono_literals;
using net::Address;
using probe::Outgoing;
using probe::RawLink;
using probe::Way;

namespace {

constexpr Key128 kKey{0x5EED, 0xCAFE};
constexpr std::uint16_t kSourcePort = 61'000;
constexpr auto kQuiet = 1500ms;  // nothing answers later than this here

std::uint32_t cookie(const Address& ip, std::uint16_t port) {
  std::array<std::uint8_t, 18> bytes{};
  const auto number = ip.number();
  std::memcpy(bytes.data(), &number, 16);
  std::memcpy(bytes.data() + 16, &port, 2);
  return static_cast<std::uint32_t>(siphash24(kKey, bytes.data(), bytes.size()));
}

[[noreturn]] void give_up(const Error& error) {
  std::printf("{\"error\": \"%s\", \"refused\": %s}\n", error.text.c_str(),
              error.code == ErrorCode::refused ? "true" : "false");
  std::exit(1);
}

template <class T>
T expect(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(result).value();
}

class Rig {
 public:
  explicit Rig(const targets::Scope& scope)
      : network_(probe::make_raw_network(context_.get_executor(), clock_, scope)) {}

  void sweep(const net::Prefix& prefix, const std::vector<std::uint16_t>& ports) {
    const auto range = prefix.range();
    for (auto n = range.first.number(); n <= range.last.number(); ++n) {
      const auto ip = Address::from_number(n, range.first.is_v6());
      const auto& way = way_to(ip);
      const auto hop = way.on_link ? ip : way.next_hop;
      if (!way.hop_known) neighbours_.want(hop);
    }
    resolve();
    for (const auto port : ports) {
      for (auto n = range.first.number(); n <= range.last.number(); ++n) {
        send_syn(Address::from_number(n, range.first.is_v6()), port);
      }
    }
    listen_until_quiet();
  }

  void print() const {
    probe::LinkCounters total;
    for (const auto& [name, link] : links_) {
      const auto counters = link->counters();
      total.sent += counters.sent;
      total.send_failures += counters.send_failures;
      total.dropped += counters.dropped;
      if (const auto health = link->health(); !health) give_up(health.error());
    }
    std::string names;
    for (const auto& [name, link] : links_) names += (names.empty() ? "" : " ") + name;
    std::printf(
        "{\"links\": \"%s\", \"ways\": %zu, \"sent\": %ju, \"failures\": %ju, \"dropped\": %ju, "
        "\"open\": %zu, \"closed\": %zu, \"icmp\": %zu, \"strange\": %zu, \"neighbours\": %zu, "
        "\"silent\": %zu}\n",
        names.c_str(), ways_.size(), std::uintmax_t{total.sent},
        std::uintmax_t{total.send_failures}, std::uintmax_t{total.dropped}, open_.size(),
        closed_.size(), icmp_.size(), strange_, learned_, silent_);
  }

  RawLink& link_of(const Way& way) {
    auto& link = links_[way.interface];
    if (!link) link = expect(network_->open_link(way, kSourcePort, kSourcePort + 999));
    return *link;
  }
  const Way& way_to(const Address& ip) {
    for (const auto& way : ways_) {
      if (way.covers.range().contains(ip)) return way;
    }
    ways_.push_back(expect(network_->find_way(ip)));
    // What the kernel knows of one neighbour says nothing of the others.
    if (ways_.back().on_link && ways_.back().ethernet) ways_.back().hop_known = false;
    return ways_.back();
  }
  SteadyTime now() const { return clock_.steady(); }

 private:
  void resolve() {
    while (neighbours_.open() > 0) {
      for (const auto& ip : neighbours_.due(now(), 64)) ask(ip);
      pause(10ms);
      silent_ += neighbours_.take_silent(now()).size();
    }
  }

  void ask(const Address& ip) {
    const auto& way = hops_way(ip);
    const auto frame = ip.is_v4() ? net::build_arp_request(way.own, way.source, ip)
                                  : net::build_neighbour_solicitation(way.own, way.source, ip);
    const Outgoing outgoing{frame, ip};
    (void)link_of(way).send({&outgoing, 1});
  }

  const Way& hops_way(const Address& hop) {
    const auto found = std::find_if(ways_.begin(), ways_.end(), [&](const Way& way) {
      return way.on_link ? way.covers.range().contains(hop) : way.next_hop == hop;
    });
    return found == ways_.end() ? way_to(hop) : *found;
  }

  void send_syn(const Address& ip, std::uint16_t port) {
    const auto way = way_to(ip);
    auto hop = way.hop;
    if (!way.hop_known) {
      const auto mac = neighbours_.find(way.on_link ? ip : way.next_hop);
      if (!mac) return;
      hop = *mac;
    }
    const net::SynFrame frame(way.source, way.ethernet, way.own, hop);
    std::array<std::uint8_t, net::SynFrame::kSizeMost> bytes{};
    frame.write(bytes.data(), ip, kSourcePort, port, cookie(ip, port));
    const Outgoing outgoing{BytesView(bytes).first(frame.size()), ip};
    auto& link = link_of(way);
    for (int tries = 0; tries < 100 && link.send({&outgoing, 1}) == 0; ++tries) {
      if (!link.health()) return;
      pause(1ms);
    }
    pause(0ms);
  }

  void listen_until_quiet() {
    const auto end = now() + kQuiet;
    while (now() < end) pause(50ms);
  }

  void pause(std::chrono::milliseconds time) {
    context_.restart();
    context_.run_for(time);
    for (auto& [name, link] : links_) {
      link->receive([&](BytesView frame, bool ethernet, SteadyTime) { on_frame(frame, ethernet); },
                    10'000);
    }
  }

  void on_frame(BytesView frame, bool ethernet) {
    if (ethernet) {
      const auto view = net::parse_ethernet(frame);
      if (!view) return;
      const auto told = view->type == net::kEtherArp
                            ? net::parse_arp_reply(view->payload)
                            : net::parse_neighbour_advertisement(view->payload);
      if (told) learned_ += !neighbours_.find(told->ip) && neighbours_.learn(told->ip, told->mac);
      if (told) return;
      frame = view->payload;
    }
    const auto packet = net::parse_packet(frame);
    if (packet) on_packet(*packet);
  }

  void on_packet(const net::Packet& packet) {
    if (packet.kind == net::Packet::Kind::icmp_error) {
      const auto& quoted = packet.quoted;
      const bool ours = quoted.seq == cookie(quoted.target, quoted.target_port);
      if (ours) icmp_.insert({quoted.target, quoted.target_port});
      strange_ += !ours;
      return;
    }
    if (packet.kind != net::Packet::Kind::tcp) return;
    if (packet.ack != cookie(packet.source, packet.source_port) + 1) {
      ++strange_;
      return;
    }
    ((packet.flags & net::kRst) != 0 ? closed_ : open_).insert({packet.source, packet.source_port});
  }

  boost::asio::io_context context_{1};
  SystemClock clock_;
  std::unique_ptr<probe::RawNetwork> network_;
  std::vector<Way> ways_;
  std::map<std::string, std::unique_ptr<RawLink>> links_;
  probe::Neighbours neighbours_;
  std::set<std::pair<Address, std::uint16_t>> open_, closed_, icmp_;
  std::size_t strange_{0}, learned_{0}, silent_{0};
};

constexpr std::size_t kBatch = 64;

// A batch of frames for one way, its targets changed each round.
class Burst {
 public:
  explicit Burst(const Way& way) : frame_(way.source, way.ethernet, way.own, way.hop) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      frames_[i].bytes = BytesView(bytes_[i]).first(frame_.size());
    }
  }
  std::span<const Outgoing> fill(std::uint32_t base, std::uint32_t& next) {
    for (std::size_t i = 0; i < kBatch; ++i, ++next) {
      frames_[i].ip = Address::v4(base | (next & 0xFFFF));
      frame_.write(bytes_[i].data(), frames_[i].ip, kSourcePort, 81, next);
    }
    return frames_;
  }

 private:
  net::SynFrame frame_;
  std::array<std::array<std::uint8_t, net::SynFrame::kSizeMost>, kBatch> bytes_{};
  std::array<Outgoing, kBatch> frames_{};
};

int open_bare(const Way& way) {
  const int socket = ::socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_ifindex = way.interface_index;
  const int on = 1;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 ||
      ::setsockopt(socket, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0) {
    std::exit(2);
  }
  return socket;
}

std::uint64_t send_bare(int socket, std::span<const Outgoing> frames) {
  std::array<iovec, kBatch> pieces{};
  std::array<mmsghdr, kBatch> heads{};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    pieces[i] = {const_cast<std::uint8_t*>(frames[i].bytes.data()), frames[i].bytes.size()};
    heads[i].msg_hdr.msg_iov = &pieces[i];
    heads[i].msg_hdr.msg_iovlen = 1;
  }
  const int sent = ::sendmmsg(socket, heads.data(), kBatch, 0);
  return sent < 0 ? 0 : static_cast<std::uint64_t>(sent);
}

void measure(Rig& rig, const Address& ip, std::uint64_t count) {
  const auto& way = rig.way_to(ip);
  auto& link = rig.link_of(way);
  const int bare = open_bare(way);
  Burst burst(way);
  const auto base = ip.v4_value() & 0xFFFF'0000;
  std::uint32_t next = 0;
  const auto rate = [&](auto&& send) {
    const auto from = rig.now();
    std::uint64_t sent = 0;
    // Bounded also where the link takes nothing at all.
    for (std::uint64_t i = 0; sent < count && i < count; ++i) sent += send(burst.fill(base, next));
    return static_cast<double>(sent) / std::chrono::duration<double>(rig.now() - from).count();
  };
  std::vector<double> ours, bares;
  const auto ignore = [](BytesView, bool, SteadyTime) {};
  for (int round = 0; round < 5; ++round) {
    ours.push_back(rate([&](auto frames) {
      (void)link.receive(ignore, 10'000);
      return link.send(frames);
    }));
    bares.push_back(rate([&](auto frames) {
      (void)link.receive(ignore, 10'000);
      return send_bare(bare, frames);
    }));
  }
  std::sort(ours.begin(), ours.end());
  std::sort(bares.begin(), bares.end());
  boost::asio::io_context context{1};
  const auto guard = boost::asio::make_work_guard(context);
  context.run_for(500ms);
  const auto counters = link.counters();
  std::printf(
      "{\"link_pps\": %.0f, \"bare_pps\": %.0f, \"retries\": %ju, \"failures\": %ju, "
      "\"asked\": %ju, \"heard\": %ju, \"dropped\": %ju}\n",
      ours[2], bares[2], std::uintmax_t{counters.send_retries},
      std::uintmax_t{counters.send_failures}, std::uintmax_t{10 * count},
      std::uintmax_t{counters.received}, std::uintmax_t{counters.dropped});
}

void watch(Rig& rig, const Address& ip) {
  auto& link = rig.link_of(rig.way_to(ip));
  std::printf("ready\n");
  std::fflush(stdout);
  for (int i = 0; i < 200; ++i) {
    if (const auto health = link.health(); !health) give_up(health.error());
    std::this_thread::sleep_for(50ms);
  }
  std::printf("{\"error\": \"\"}\n");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 3) return 2;
  test::ScopeText text;
  std::string cidr;
  for (const char c : words[1] + ",") {
    if (c == ',') text.allow.push_back(std::exchange(cidr, {}));
    if (c != ',') cidr += c;
  }
  const auto scope = test::make_scope(text);
  Rig rig(scope);
  if (words[0] == "sweep") {
    std::vector<std::uint16_t> ports;
    for (std::size_t i = 3; i < words.size(); ++i) {
      ports.push_back(static_cast<std::uint16_t>(std::stoi(words[i])));
    }
    rig.sweep(expect(net::parse_prefix(words[2])), ports);
    rig.print();
  } else if (words[0] == "rate" && words.size() == 4) {
    measure(rig, expect(net::parse_address(words[2])), std::stoull(words[3]));
  } else if (words[0] == "watch") {
    watch(rig, expect(net::parse_address(words[2])));
  } else {
    return 2;
  }
  return 0;
}
