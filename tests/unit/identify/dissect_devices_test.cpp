#include <catch2/catch.hpp>

#include "unit/identify/fields.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::identify;
using identify::test::field;
using qingdan::test::seed;

TEST_CASE("a wireless controller is told by what it says of itself",
          "[identify][dissect_devices]") {
  const auto cisco = dissect("capwap.discovery", seed("capwap_wire/cisco"));
  CHECK(cisco.protocol == "capwap-control");
  CHECK(cisco.banner == "CAPWAP WLC-01 8.5.140.0");
  CHECK(field(cisco, "capwap.vendor") == "4232704");
  CHECK(field(cisco, "capwap.software") == "8.5.140.0");
  CHECK(field(cisco, "capwap.hardware") == "1.0.0.0");
  CHECK(field(cisco, "capwap.ac_name") == "WLC-01");
  CHECK(field(cisco, "capwap.load") == "7/75 access points, 12 stations");
  CHECK(cisco.host_names == std::vector<std::string>{"WLC-01"});
  const auto bare = dissect("capwap.discovery", seed("capwap_wire/bare"));
  CHECK(bare.protocol == "capwap-control");
  CHECK(field(bare, "capwap.vendor").empty());
}

TEST_CASE("other bytes under the channels of devices prove nothing",
          "[identify][dissect_devices]") {
  for (const auto* name : {"capwap.discovery"}) {
    CAPTURE(name);
    const auto out = dissect(name, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    CHECK(out.protocol.empty());
    CHECK(out.fields.empty());
  }
}
