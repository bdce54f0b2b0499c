// port_set — specifications, their order and their canonical text.
// covers: net/port_names
#include "qingdan/net/port_set.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::net;

namespace {
PortSet ports(std::string_view spec) {
  const auto parsed = parse_ports(spec);
  INFO(spec);
  REQUIRE(parsed);
  return *parsed;
}
bool has_tcp(const PortSet& set, std::uint16_t port) {
  return set.contains({Transport::tcp, port});
}
}  // namespace

TEST_CASE("ports, ranges and transports are read", "[net][port_set]") {
  const auto set = ports("22,80,8000-8002,U:53,U:161-162,T:443");
  CHECK(set.size() == 9);
  CHECK(has_tcp(set, 8001));
  CHECK(has_tcp(set, 443));
  CHECK(set.contains({Transport::udp, 162}));
  CHECK_FALSE(has_tcp(set, 53));
}

TEST_CASE("a transport prefix holds for its own item only", "[net][port_set]") {
  const auto set = ports("U:53,54");
  CHECK(set.contains({Transport::udp, 53}));
  CHECK(has_tcp(set, 54));
  CHECK_FALSE(set.contains({Transport::udp, 54}));
}

TEST_CASE("equal sets print equal text", "[net][port_set]") {
  CHECK(ports("443,80-82,81, 83,U:53").to_string() == "80-83,443,U:53");
  CHECK(ports("U:53,83,80-82,443").to_string() == "80-83,443,U:53");
  CHECK(ports("1-65535,U:65535").to_string() == "1-65535,U:65535");
  CHECK(ports("80,81,U:82").to_string() == "80-81,U:82");
  CHECK(ports("443,80") == ports("80,443"));
  CHECK_FALSE(ports("443") == ports("U:443"));
}

TEST_CASE("a specification is asked in numeric order, TCP first", "[net][port_set]") {
  const auto set = ports("U:53,443,22,100-102,101-103");
  const std::vector<TransportPort> expected{
      {Transport::tcp, 22},  {Transport::tcp, 100}, {Transport::tcp, 101}, {Transport::tcp, 102},
      {Transport::tcp, 103}, {Transport::tcp, 443}, {Transport::udp, 53}};
  CHECK(set.order() == expected);
}

TEST_CASE("a named set keeps its order of yield, others follow it", "[net][port_set]") {
  const auto set = ports("1,top100");
  CHECK(set.order().front() == TransportPort{Transport::tcp, 80});
  CHECK(set.order().back() == TransportPort{Transport::tcp, 1});
  CHECK(set.size() == 101);
}

TEST_CASE("the named sets have the size their names say", "[net][port_set]") {
  CHECK(ports("top100").size() == 100);
  CHECK(ports("top1000").size() == 1000);
  CHECK(ports("all").size() == 65535);
  CHECK(ports("top1000").only(Transport::udp).empty());
  CHECK(ports("all").only(Transport::udp).empty());
  const auto hundred = ports("top100");
  const auto thousand = ports("top1000");
  for (std::size_t i = 0; i < hundred.size(); ++i) {
    CHECK(hundred.order()[i] == thousand.order()[i]);
  }
}

TEST_CASE("the default set has what a government inventory needs", "[net][port_set]") {
  const auto set = ports("default");
  for (const std::uint16_t port :
       {22,   80,   443,  8080, 8443, 3389, 445,  1433,  1521, 3306,  5432, 5236, 54321,
        2003, 5258, 9088, 2881, 2883, 4000, 6379, 11211, 9200, 27017, 7001, 8161, 8848,
        2375, 6443, 389,  636,  554,  5060, 631,  515,   9100, 9043,  9060, 2181, 9092}) {
    INFO(port);
    CHECK(has_tcp(set, port));
  }
  for (const std::uint16_t port : {53, 123, 161, 137, 1900, 3702, 5060, 5353}) {
    INFO(port);
    CHECK(set.contains({Transport::udp, port}));
  }
  CHECK(set.only(Transport::tcp).size() >= 200);
  CHECK(set.only(Transport::tcp).size() <= 300);
  // Every TCP port of the default set is in top1000 too.
  const auto thousand = ports("top1000");
  const auto tcp = set.only(Transport::tcp);
  for (const auto& port : tcp.order()) {
    INFO(port.port);
    CHECK(thousand.contains(port));
  }
}

TEST_CASE("TCP stands before UDP whatever is inserted when", "[net][port_set]") {
  PortSet set;
  CHECK(set.empty());
  set.insert({Transport::udp, 53});
  set.insert({Transport::tcp, 80});
  set.insert({Transport::tcp, 80});
  CHECK(set.size() == 2);
  CHECK(set.order().front() == TransportPort{Transport::tcp, 80});
}

TEST_CASE("a bad item is named in the message", "[net][port_set]") {
  for (const auto* item : {"0", "65536", "90-80", "http", "80-", "-80", "U:", "X:80", "80-90-100",
                           "1.5", "U:all", "U:0", "T:U:80", "99999999999999999999", "DEFAULT"}) {
    const auto refused = parse_ports(std::string("22,") + item);
    INFO(item);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::input);
    CHECK(refused.error().text.find(item) != std::string::npos);
  }
  CHECK_FALSE(parse_ports(""));
  CHECK_FALSE(parse_ports("  "));
  CHECK_FALSE(parse_ports("80,,81"));
  CHECK_FALSE(parse_ports("80,"));
}
