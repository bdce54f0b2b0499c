// netlink — attributes as foreign bytes, and the kernel's own answers.
#include "probe/netlink.h"

#include <linux/rtnetlink.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>

using namespace qingdan;
using probe::Netlink;

namespace {

std::map<std::uint16_t, Bytes> attributes(BytesView bytes) {
  std::map<std::uint16_t, Bytes> seen;
  probe::for_each_attribute(bytes, [&](std::uint16_t type, BytesView value) {
    seen[type] = Bytes(value.begin(), value.end());
  });
  return seen;
}

}  // namespace

TEST_CASE("attributes come out as they went in") {
  Bytes body;
  probe::add_attribute(body, 1, as_bytes("a"));
  probe::add_attribute(body, 2, as_bytes("four"));
  probe::add_attribute(body, 3, {});
  CHECK(body.size() == 8 + 8 + 4);
  const auto seen = attributes(body);
  REQUIRE(seen.size() == 3);
  CHECK(as_text(seen.at(1)) == "a");
  CHECK(as_text(seen.at(2)) == "four");
  CHECK(seen.at(3).empty());
}

TEST_CASE("attributes that lie about their length are not read") {
  Bytes body;
  probe::add_attribute(body, 1, as_bytes("a"));
  probe::add_attribute(body, 2, as_bytes("four"));
  for (std::size_t size = 0; size < body.size(); ++size) {
    CHECK(attributes(BytesView(body).first(size)).size() == (size < 5 ? 0U : 1U));
  }
  body[0] = 3;
  CHECK(attributes(body).empty());
  body[0] = 0xFF;
  CHECK(attributes(body).empty());
}

TEST_CASE("the kernel lists its interfaces and refuses what it does not know") {
  auto netlink = Netlink::open();
  REQUIRE(netlink);
  Bytes head(sizeof(ifinfomsg), 0);
  bool has_lo = false;
  const auto listed = netlink->ask({RTM_GETLINK, true, head}, [&](std::uint16_t, BytesView body) {
    const auto seen = attributes(body.subspan(sizeof(ifinfomsg)));
    has_lo = has_lo || as_text(seen.at(IFLA_IFNAME)).substr(0, 2) == "lo";
  });
  CHECK(listed);
  CHECK(has_lo);
  CHECK(netlink->kernel_error() == 0);

  const auto asked = netlink->ask({RTM_GETLINK, false, head}, [](std::uint16_t, BytesView) {});
  CHECK_FALSE(asked);
  CHECK(netlink->kernel_error() != 0);
}
