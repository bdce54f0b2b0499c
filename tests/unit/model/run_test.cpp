#include "qingdan/model/run.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using model::Coverage;
using model::HostOutcome;

namespace {
Coverage two_blocks() {
  Coverage coverage;
  coverage.ports = *net::parse_ports("22,U:53");
  coverage.blocks = {
      {"a",
       net::Address::v4(0x0A000001),
       {HostOutcome::answered, HostOutcome::silent, HostOutcome::skipped}},
      {"a", net::Address::v4(0x0A000010), {HostOutcome::error, HostOutcome::unreachable}},
      {"b", *net::parse_address("2001:db8::1"), {HostOutcome::silent}}};
  return coverage;
}
model::Endpoint endpoint(const char* zone, const char* ip, net::Transport transport,
                         std::uint16_t port) {
  return {zone, *net::parse_address(ip), transport, port};
}
}  // namespace

TEST_CASE("an outcome is found by zone and address, and only inside a block", "[model][run]") {
  const auto coverage = two_blocks();
  const auto of = [&](const char* zone, const char* ip) {
    return coverage.outcome(zone, *net::parse_address(ip));
  };
  CHECK(of("a", "10.0.0.1") == HostOutcome::answered);
  CHECK(of("a", "10.0.0.3") == HostOutcome::skipped);
  CHECK(of("a", "10.0.0.17") == HostOutcome::unreachable);
  CHECK(of("b", "2001:db8::1") == HostOutcome::silent);
  CHECK(of("a", "10.0.0.0") == std::nullopt);
  CHECK(of("a", "10.0.0.4") == std::nullopt);
  CHECK(of("a", "2001:db8::1") == std::nullopt);
  CHECK(of("b", "10.0.0.1") == std::nullopt);
  CHECK(of("b", "2001:db8::2") == std::nullopt);
  CHECK(of("c", "10.0.0.1") == std::nullopt);
  CHECK(Coverage{}.outcome("a", net::Address::v4(1)) == std::nullopt);
}

TEST_CASE("a port is comparable where it was asked with a meaningful outcome", "[model][run]") {
  const auto coverage = two_blocks();
  using net::Transport;
  CHECK(coverage.comparable(endpoint("a", "10.0.0.1", Transport::tcp, 22)));
  CHECK(coverage.comparable(endpoint("a", "10.0.0.2", Transport::udp, 53)));
  CHECK(coverage.comparable(endpoint("a", "10.0.0.17", Transport::tcp, 22)));
  CHECK_FALSE(coverage.comparable(endpoint("a", "10.0.0.1", Transport::udp, 22)));
  CHECK_FALSE(coverage.comparable(endpoint("a", "10.0.0.3", Transport::tcp, 22)));   // skipped
  CHECK_FALSE(coverage.comparable(endpoint("a", "10.0.0.16", Transport::tcp, 22)));  // error
  CHECK_FALSE(coverage.comparable(endpoint("a", "10.0.0.9", Transport::tcp, 22)));
}
