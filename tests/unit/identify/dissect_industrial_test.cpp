#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "qingdan/identify/dissect.h"
#include "qingdan/net/frames.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

Bytes seed(const std::string& name) {
  std::ifstream file(std::string(QINGDAN_SOURCE_DIR) + "/tests/fuzz/corpus/" + name,
                     std::ios::binary);
  REQUIRE(file.is_open());
  return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::vector<std::string> values(const Dissection& said, std::string_view name) {
  std::vector<std::string> found;
  for (const auto& field : said.fields) {
    if (field.name == name) found.emplace_back(field.value);
  }
  return found;
}

}  // namespace

TEST_CASE("a Modbus device says who made it", "[identify][dissect]") {
  const auto said = dissect("modbus.reply", seed("modbus_wire/identity"));
  CHECK(said.protocol == "modbus");
  CHECK(values(said, "modbus.object") == std::vector<std::string>{"vendor_name=Example Automation",
                                                                  "product_code=XA-100",
                                                                  "revision=V2.11"});
  const auto refused = dissect("modbus.reply", seed("modbus_wire/exception"));
  CHECK(refused.protocol == "modbus");
  CHECK(values(refused, "modbus.object").empty());
}

TEST_CASE("an EtherNet/IP device says its name and numbers", "[identify][dissect]") {
  const auto said = dissect("enip.identity", seed("enip_wire/identity"));
  CHECK(said.protocol == "ethernet-ip");
  CHECK(values(said, "enip.product_name") == std::vector<std::string>{"Example PLC 1769"});
  CHECK(values(said, "enip.identity") ==
        std::vector<std::string>{"vendor=1337 type=14 code=54 revision=20.11"});
  CHECK(dissect("enip.identity", as_bytes("SSH-2.0-x")).protocol.empty());
}

TEST_CASE("an S7 controller says its module type and serial number", "[identify][dissect]") {
  const auto said = dissect("s7.reply", seed("s7_wire/identity"));
  CHECK(said.protocol == "s7comm");
  CHECK(values(said, "s7.identity") ==
        std::vector<std::string>{"station=SIMATIC 300(1)", "module=Pump house 3",
                                 "serial_number=S C-X4U421302009", "module_type=CPU 315-2 PN/DP",
                                 "card=MMC 267FF11F"});
  CHECK(dissect("s7.reply", seed("s7_wire/confirm")).protocol == "iso-tsap");
  CHECK(dissect("s7.reply", seed("s7_wire/refused")).protocol.empty());
}

TEST_CASE("an OPC UA server says its product and policies", "[identify][dissect]") {
  const auto said = dissect("opcua.reply", seed("opcua_wire/endpoints"));
  CHECK(said.protocol == "opcua-tcp");
  CHECK(values(said, "opcua.product_uri") ==
        std::vector<std::string>{"https://www.siemens.com/s7-1500"});
  CHECK(values(said, "opcua.policy") == std::vector<std::string>{"None", "Basic256Sha256"});
  CHECK(dissect("opcua.reply", seed("opcua_wire/error")).protocol == "opcua-tcp");
}

TEST_CASE("stations of the grid are known by their protocol", "[identify][dissect]") {
  CHECK(dissect("iec104.reply", seed("iec104_wire/confirmed")).protocol == "iec-104");
  CHECK(dissect("iec104.reply", as_bytes("SSH-2.0-x")).protocol.empty());
  const auto dnp = dissect("dnp3.reply", seed("dnp3_wire/status"));
  CHECK(dnp.protocol == "dnp");
  CHECK(values(dnp, "dnp3.link") == std::vector<std::string>{"station=10 function=11"});
}

TEST_CASE("an Omron controller says its model", "[identify][dissect]") {
  const auto said = dissect("fins.reply", seed("fins_wire/controller"));
  CHECK(said.protocol == "fins");
  CHECK(values(said, "fins.controller") ==
        std::vector<std::string>{"model=CJ2M-CPU31 version=02.01"});
  CHECK(values(dissect("fins.reply", seed("fins_wire/refused")), "fins.controller").empty());
}

TEST_CASE("a BACnet device says vendor, model and name, or that it is there", "[identify][dissect]") {
  const auto framed = net::frame_messages({seed("bacnet_wire/vendor"), seed("bacnet_wire/model"),
                                           seed("bacnet_wire/name")});
  const auto said = dissect("bacnet.reply", framed);
  CHECK(said.protocol == "bacnet");
  CHECK(values(said, "bacnet.property") ==
        std::vector<std::string>{"vendor_name=Example Controls", "model_name=EC-500",
                                 "object_name=AHU-3 Roof"});
  const auto present = dissect("bacnet.reply", net::frame_messages({seed("bacnet_wire/i_am")}));
  CHECK(values(present, "bacnet.device") == std::vector<std::string>{"instance=1234 vendor=260"});
  CHECK(dissect("bacnet.reply", net::frame_messages({seed("bacnet_wire/error")})).protocol ==
        "bacnet");
}
