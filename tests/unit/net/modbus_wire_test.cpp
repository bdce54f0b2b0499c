#include "qingdan/net/modbus_wire.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::net;

namespace {

// As the standard's example in §6.21, with our transaction.
Bytes identity() {
  Bytes reply{0x51, 0x44, 0, 0, 0, 0, 0xFF, 0x2B, 0x0E, 0x01, 0x01, 0x00, 0x00, 0x03};
  const auto add = [&](std::uint8_t id, std::string_view text) {
    reply.push_back(id);
    reply.push_back(static_cast<std::uint8_t>(text.size()));
    reply.insert(reply.end(), text.begin(), text.end());
  };
  add(0, "Example Automation");
  add(1, "XA-100");
  add(2, "V2.11");
  reply[5] = static_cast<std::uint8_t>(reply.size() - 6);
  return reply;
}

}  // namespace

TEST_CASE("the request is function 43/14 to unit 255, and nothing else", "[net][modbus]") {
  CHECK(build_modbus_identify() == Bytes{0x51, 0x44, 0, 0, 0, 5, 0xFF, 0x2B, 0x0E, 0x01, 0x00});
}

TEST_CASE("a device says vendor, product and revision", "[net][modbus]") {
  const auto reply = parse_modbus_reply(identity());
  REQUIRE(reply);
  CHECK(reply->exception == 0);
  REQUIRE(reply->objects.size() == 3);
  CHECK(reply->objects[0].second == "Example Automation");
  CHECK(reply->objects[2].first == 2);
}

TEST_CASE("an exception is an answer too", "[net][modbus]") {
  const auto reply = parse_modbus_reply(Bytes{0x51, 0x44, 0, 0, 0, 3, 0xFF, 0xAB, 0x01});
  REQUIRE(reply);
  CHECK(reply->exception == 1);
  CHECK(reply->objects.empty());
}

TEST_CASE("a reply is whole at its length, and foreign where it is not ours", "[net][modbus]") {
  const auto whole = identity();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_modbus_reply(BytesView(whole).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_modbus_reply(whole).size == whole.size());
  auto other = whole;
  other[1] = 0;
  CHECK(measure_modbus_reply(other).foreign());
  CHECK(measure_modbus_reply(as_bytes("HTTP/1.1 400 ")).foreign());
  other = whole;
  other[7] = 0x03;  // an answer to reading registers, which nobody asked
  CHECK(measure_modbus_reply(other).foreign());
}

TEST_CASE("objects that overrun the reply are refused", "[net][modbus]") {
  auto cut = identity();
  cut[15] = 200;
  CHECK_FALSE(parse_modbus_reply(cut));
  cut = identity();
  cut[13] = 9;
  CHECK_FALSE(parse_modbus_reply(cut));
}
