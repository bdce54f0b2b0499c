// plan — who plays what: kinds of service by name, and for each address and port the kind there.
//
// The plan is JSON written by tests/support/netns/population.py:
//   {"block": "10.98.0.0", "kinds": {"nginx": {"play": "http", …}}, "hosts": {"10.98.1.7":
//   {"tcp/80": "nginx"}}}
// A host has an IPv6 address too, whose last 16 bits are those of its IPv4 address under `block`.
// A kind has the keys of a service line of practice/README.md, its models already merged in.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "practice/settings.h"

namespace qingdan::city {

struct Kind {
  std::string name;
  practice::Settings settings;
};

// An IPv4 address, a port and the transport in one number.
enum class Transport : std::uint8_t { tcp, udp };
[[nodiscard]] constexpr std::uint64_t seat_key(std::uint32_t ip, std::uint16_t port, Transport by) {
  return std::uint64_t{ip} << 17 | std::uint64_t{port} << 1 | (by == Transport::udp ? 1U : 0U);
}

struct Plan {
  std::map<std::string, Kind> kinds;
  std::unordered_map<std::uint64_t, const Kind*> seats;
  std::set<std::uint16_t> datagram_ports;
  std::uint32_t block{0};
};

// Throws practice::BadDescription. The seats point into the kinds of the same plan.
[[nodiscard]] Plan read_plan(const std::string& path);

}  // namespace qingdan::city
