// syn_ways — routes are asked once per prefix, links opened once per interface.
#include "probe/syn_ways.h"

#include <catch2/catch.hpp>

using namespace qingdan;

namespace {

class Idle final : public probe::RawLink {
 public:
  std::size_t send(std::span<const probe::Outgoing> frames) override { return frames.size(); }
  std::size_t receive(const OnFrame&, std::size_t) override { return 0; }
  void on_arrival(std::function<void()>) override {}
  probe::LinkCounters counters() const override { return {}; }
  Result<void> health() const override { return {}; }
};

// Two /24 behind two interfaces, 203.0.113.0/24 has no route.
class TwoWays final : public probe::RawNetwork {
 public:
  Result<probe::Way> find_way(const net::Address& ip) override {
    ++asked;
    if (net::parse_prefix("203.0.113.0/24")->range().contains(ip)) {
      return Error{ErrorCode::io, "no route", ""};
    }
    probe::Way way;
    way.covers = net::block_of(ip);
    way.interface = ip < net::parse_address("198.51.100.0").value() ? "veth0" : "veth1";
    way.source = net::parse_address("192.0.2.250").value();
    way.ethernet = true;
    way.next_hop = net::parse_address(gateway).value();
    return way;
  }
  Result<std::unique_ptr<probe::RawLink>> open_link(const probe::Way&, std::uint16_t,
                                                    std::uint16_t) override {
    ++opened;
    if (forbidden) return Error{ErrorCode::privilege, "no right", ""};
    return std::unique_ptr<probe::RawLink>(std::make_unique<Idle>());
  }
  int asked{0}, opened{0};
  const char* gateway{"192.0.2.254"};
  bool forbidden{false};
};

const probe::KnownWay& way(probe::SynWays& ways, const char* ip) {
  auto found = ways.find(net::parse_address(ip).value());
  REQUIRE(found);
  return **found;
}

}  // namespace

TEST_CASE("a prefix is asked for once, an interface opened once", "[probe][syn]") {
  TwoWays network;
  probe::SynWays ways(network, 61000, 61999, [] {});
  for (const auto* ip : {"192.0.2.1", "198.51.100.1", "192.0.2.9", "198.51.100.9", "192.0.2.1"}) {
    CHECK(way(ways, ip).reachable);
  }
  CHECK(network.asked == 2);
  CHECK(network.opened == 2);
  CHECK(way(ways, "198.51.100.7").way.interface == "veth1");
  CHECK(way(ways, "192.0.2.7").way.interface == "veth0");
}

TEST_CASE("an address without route is known as such, alone", "[probe][syn]") {
  TwoWays network;
  probe::SynWays ways(network, 61000, 61999, [] {});
  CHECK_FALSE(way(ways, "203.0.113.5").reachable);
  CHECK(way(ways, "192.0.2.1").reachable);
  CHECK_FALSE(way(ways, "203.0.113.5").reachable);
  CHECK(network.opened == 1);
}

TEST_CASE("a link that cannot be opened is an error", "[probe][syn]") {
  TwoWays network;
  network.forbidden = true;
  probe::SynWays ways(network, 61000, 61999, [] {});
  const auto found = ways.find(net::parse_address("192.0.2.1").value());
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::privilege);
}

TEST_CASE("a gateway's MAC is in every frame that goes by way of it", "[probe][syn]") {
  TwoWays network;
  probe::SynWays ways(network, 61000, 61999, [] {});
  CHECK_FALSE(way(ways, "192.0.2.1").way.hop_known);
  network.gateway = "198.51.100.254";
  CHECK_FALSE(way(ways, "198.51.100.1").way.hop_known);
  const net::Mac mac{{2, 1, 2, 3, 4, 5}};
  ways.learn(net::parse_address("192.0.2.254").value(), mac);
  CHECK_FALSE(way(ways, "198.51.100.1").way.hop_known);
  const auto& known = way(ways, "192.0.2.1");
  CHECK(known.way.hop_known);
  const auto target = net::parse_address("192.0.2.1").value();
  const auto begins_with_it = [&](const auto& frame, auto... rest) {
    Bytes bytes(frame.size());
    frame.write(bytes.data(), target, rest...);
    return std::equal(mac.bytes.begin(), mac.bytes.end(), bytes.begin());
  };
  CHECK(begins_with_it(known.frame, std::uint16_t{1}, std::uint16_t{2}, 3U));
  CHECK(begins_with_it(known.echo, std::uint16_t{1}, std::uint16_t{2}));
  CHECK(begins_with_it(known.second, std::uint16_t{1}, std::uint16_t{2}, 3U));
}
