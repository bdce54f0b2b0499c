#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "qingdan/identify/dissect.h"

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
