#include "qingdan/net/enip_wire.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes identity(std::string_view name) {
  Bytes reply = build_enip_list_identity();
  Bytes data{1, 0, 0x0C, 0, 0, 0, 1, 0};
  data.insert(data.end(), 16, 0);  // socket address
  const Bytes fixed{0x39, 0x05, 0x0E, 0, 0x36, 0, 20, 11, 0x60, 0x30, 0x78, 0x56, 0x34, 0x12};
  data.insert(data.end(), fixed.begin(), fixed.end());
  data.push_back(static_cast<std::uint8_t>(name.size()));
  data.insert(data.end(), name.begin(), name.end());
  data.push_back(3);  // state
  data[4] = static_cast<std::uint8_t>(data.size() - 6);
  reply[2] = static_cast<std::uint8_t>(data.size());
  reply.insert(reply.end(), data.begin(), data.end());
  return reply;
}

}  // namespace

TEST_CASE("the request is a bare header", "[net][enip]") {
  const auto request = build_enip_list_identity();
  REQUIRE(request.size() == 24);
  CHECK(request[0] == 0x63);
  CHECK(request[2] == 0);  // no data
}

TEST_CASE("an identity gives numbers and the product's name", "[net][enip]") {
  const auto found = parse_enip_identity(identity("Example PLC 1769"));
  REQUIRE(found);
  CHECK(found->vendor == 1337);
  CHECK(found->device_type == 14);
  CHECK(found->product_code == 54);
  CHECK(found->major == 20);
  CHECK(found->minor == 11);
  CHECK(found->serial == 0x12345678);
  CHECK(found->product_name == "Example PLC 1769");
}

TEST_CASE("an EtherNet/IP reply is whole at its length", "[net][enip]") {
  const auto whole = identity("X");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_enip_reply(BytesView(whole).first(size)).state == Extent::State::partial);
    CHECK_FALSE(parse_enip_identity(BytesView(whole).first(size)));
  }
  CHECK(measure_enip_reply(whole).size == whole.size());
  auto other = whole;
  other[12] = 'x';  // somebody else's question
  CHECK(measure_enip_reply(other).foreign());
  CHECK(measure_enip_reply(as_bytes("SSH-2.0-x\r\n")).foreign());
}

TEST_CASE("a failure, no item, or a name beyond the item is no identity", "[net][enip]") {
  auto failed = identity("X");
  failed[8] = 1;
  CHECK_FALSE(parse_enip_identity(failed));
  auto none = identity("X");
  none[24] = 0;
  CHECK_FALSE(parse_enip_identity(none));
  auto longer = identity("X");
  longer[24 + 38] = 200;
  CHECK_FALSE(parse_enip_identity(longer));
  CHECK(measure_enip_reply(build_enip_list_identity()).whole());
  CHECK_FALSE(parse_enip_identity(build_enip_list_identity()));
}
