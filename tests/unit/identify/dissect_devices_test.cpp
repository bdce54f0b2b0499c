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

TEST_CASE("a camera is told by what it says to its maker's tool", "[identify][dissect_devices]") {
  const auto dahua = dissect("dahua.discovery", seed("camera_wire/dahua_ipc"));
  CHECK(dahua.protocol == "dhip");
  CHECK(dahua.banner == "DH-IPC-HFW4433M 2.800.0000000.16.R");
  CHECK(field(dahua, "dahua.kind") == "IPC");
  CHECK(field(dahua, "dahua.model") == "DH-IPC-HFW4433M");
  CHECK(field(dahua, "dahua.version") == "2.800.0000000.16.R");
  CHECK(field(dahua, "dahua.maker") == "General");
  CHECK(dahua.host_names == std::vector<std::string>{"DONGMEN-03"});
  using model::IdentifierType;
  CHECK(dahua.identifiers ==
        std::vector<model::Identifier>{{IdentifierType::mac, "3c:ef:8c:00:00:01"},
                                       {IdentifierType::serial, "4A00000PAZ00001"}});
  // A serial number of one digit is none.
  const auto recorder = dissect("dahua.discovery", seed("camera_wire/dahua_nvr"));
  CHECK(recorder.identifiers ==
        std::vector<model::Identifier>{{IdentifierType::mac, "3c:ef:8c:00:00:02"}});
  const auto hikvision = dissect("hikvision.discovery", seed("camera_wire/sadp_recorder"));
  CHECK(hikvision.protocol == "sadp");
  CHECK(field(hikvision, "hikvision.kind") == "2000");
  CHECK(field(hikvision, "hikvision.model") == "DS-8632N-I8");
  CHECK(field(hikvision, "hikvision.version") == "V4.1.60build 181123");
  CHECK(hikvision.identifiers.at(0).value == "44:19:b6:00:00:02");
}

TEST_CASE("other bytes under the channels of devices prove nothing",
          "[identify][dissect_devices]") {
  for (const auto* name : {"capwap.discovery", "dahua.discovery", "hikvision.discovery"}) {
    CAPTURE(name);
    const auto out = dissect(name, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    CHECK(out.protocol.empty());
    CHECK(out.fields.empty());
  }
}
