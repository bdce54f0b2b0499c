#include "qingdan/net/bacnet_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/industrial_seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::net::test::seed;
using Kind = BacnetReply::Kind;

TEST_CASE("one property of the device that is asked, whatever its number", "[net][bacnet]") {
  CHECK(build_bacnet_read(BacnetProperty::vendor_name) ==
        Bytes{0x81, 0x0A, 0, 17, 1, 4, 0, 5, 121, 12, 0x0C, 2, 0x3F, 0xFF, 0xFF, 0x19, 121});
  CHECK(build_bacnet_who_is() == Bytes{0x81, 0x0A, 0, 8, 1, 0, 0x10, 8});
  CHECK_FALSE(parse_bacnet_reply(build_bacnet_read(BacnetProperty::vendor_name)));
  CHECK_FALSE(parse_bacnet_reply(build_bacnet_who_is()));
}

TEST_CASE("a device says who made it, what it is and how it is called", "[net][bacnet]") {
  const auto vendor = parse_bacnet_reply(seed("bacnet_wire/vendor"));
  REQUIRE(vendor);
  CHECK(vendor->kind == Kind::value);
  CHECK(vendor->property == BacnetProperty::vendor_name);
  CHECK(vendor->text == "Example Controls");
  const auto name = parse_bacnet_reply(seed("bacnet_wire/name"));  // from a network behind it
  REQUIRE(name);
  CHECK(name->property == BacnetProperty::object_name);
  CHECK(name->text == "AHU-3 Roof");
}

TEST_CASE("an error and an I-Am are answers too", "[net][bacnet]") {
  const auto error = parse_bacnet_reply(seed("bacnet_wire/error"));
  REQUIRE(error);
  CHECK(error->kind == Kind::error);
  CHECK(error->property == BacnetProperty::vendor_name);
  const auto present = parse_bacnet_reply(seed("bacnet_wire/i_am"));
  REQUIRE(present);
  CHECK(present->kind == Kind::i_am);
  CHECK(present->instance == 1234);
  CHECK(present->vendor == 260);
  const auto forwarded = parse_bacnet_reply(seed("bacnet_wire/forwarded"));
  REQUIRE(forwarded);
  CHECK(forwarded->instance == 9);
  CHECK(forwarded->vendor == 7);
}

TEST_CASE("a cut datagram, another property or another protocol is none", "[net][bacnet]") {
  for (const auto* name : {"vendor", "error", "i_am"}) {
    const auto whole = seed(std::string("bacnet_wire/") + name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CHECK_FALSE(parse_bacnet_reply(BytesView(whole).first(size)));
    }
  }
  auto other = seed("bacnet_wire/vendor");
  other[7] = 12;  // an answer to somebody else's request
  CHECK_FALSE(parse_bacnet_reply(other));
  CHECK_FALSE(parse_bacnet_reply(as_bytes("SSH-2.0-x")));
}
