#include "net/ber.h"

#include <catch2/catch.hpp>
#include <limits>

#include "qingdan/base/text.h"

using namespace qingdan;
using namespace qingdan::net;

TEST_CASE("an element takes the shortest length that holds its body", "[net][ber]") {
  CHECK(to_hex(ber::element(0x04, as_bytes("ab"))) == "04026162");
  CHECK(to_hex(ber::element(0x04, Bytes(0x7F, 0))).substr(0, 4) == "047f");
  CHECK(to_hex(ber::element(0x04, Bytes(0x80, 0))).substr(0, 6) == "048180");
  CHECK(to_hex(ber::element(0x04, Bytes(0x100, 0))).substr(0, 8) == "04820100");
}

TEST_CASE("integers are written minimally and read back", "[net][ber]") {
  CHECK(to_hex(ber::integer(0)) == "020100");
  CHECK(to_hex(ber::integer(127)) == "02017f");
  CHECK(to_hex(ber::integer(128)) == "02020080");
  CHECK(to_hex(ber::integer(-1)) == "0201ff");
  CHECK(to_hex(ber::integer(-129)) == "0202ff7f");
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{65507}, std::int64_t{-32769},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    const auto bytes = ber::integer(value);
    ByteReader reader(bytes);
    const auto body = ber::next(reader, ber::kInteger);
    REQUIRE(body);
    CHECK(ber::to_integer(*body) == value);
  }
  CHECK_FALSE(ber::to_integer({}));
  CHECK_FALSE(ber::to_integer(Bytes(9, 1)));
  CHECK(ber::to_unsigned(Bytes{0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}) ==
        std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("object identifiers are read, cut and oversized ones are not", "[net][ber]") {
  CHECK(ber::to_oid(*from_hex("2b060106030f01010400")) == "1.3.6.1.6.3.15.1.1.4.0");
  CHECK(ber::to_oid(*from_hex("883703")) == "2.999.3");
  CHECK_FALSE(ber::to_oid(*from_hex("2b86")));
  CHECK_FALSE(ber::to_oid(*from_hex("2bffffffffffff7f")));
  CHECK_FALSE(ber::to_oid({}));
  CHECK_FALSE(ber::to_oid(Bytes(200, 1)));
}

TEST_CASE("the size of an element is known as soon as its length is", "[net][ber]") {
  const auto whole = ber::element(0x30, Bytes(300, 7));
  CHECK(ber::element_size(whole, 1000) == whole.size());
  CHECK(ber::element_size(BytesView(whole).first(1), 1000) == 0U);
  CHECK(ber::element_size(BytesView(whole).first(3), 1000) == 0U);
  CHECK(ber::element_size(BytesView(whole).first(200), 1000) == 0U);
  CHECK_FALSE(ber::element_size(whole, 299));
  CHECK_FALSE(ber::element_size(*from_hex("3080"), 1000));            // indefinite
  CHECK_FALSE(ber::element_size(*from_hex("30850000000001"), 1000));  // five bytes of length
  CHECK_FALSE(ber::element_size(*from_hex("1f8101"), 1000));          // long tag
}
