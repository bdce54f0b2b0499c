// sweeping — every (address, port) has one position, and the position is found again.
#include "app/sweeping.h"

#include <catch2/catch.hpp>
#include <set>

#include "support/lib/scopes.h"

using namespace qingdan;

TEST_CASE("positions and endpoints are inverse to each other", "[app][sweeping]") {
  const auto scope = test::make_scope({{"192.0.2.0/28", "2001:db8::/125"}, {}, 0, 0, 0, ""});
  const auto ports = net::parse_ports("22,80,443,U:53").value();
  const app::PermutedSource source(scope, ports, {3, 4});
  REQUIRE(source.size() == 24 * 4);
  std::set<model::Endpoint> seen;
  for (std::uint64_t at = 0; at < source.size(); ++at) {
    const auto target = source.at(at);
    REQUIRE(target);
    seen.insert(target->endpoint());
    CHECK(source.position_of(target->ip(), {target->transport(), target->port()}) == at);
  }
  CHECK(seen.size() == source.size());
  const auto inside = net::parse_address("192.0.2.1").value();
  const auto outside = net::parse_address("192.0.2.77").value();
  CHECK_FALSE(source.position_of(inside, {net::Transport::tcp, 23}));
  CHECK_FALSE(source.position_of(inside, {net::Transport::udp, 22}));
  CHECK_FALSE(source.position_of(outside, {net::Transport::tcp, 22}));
}
