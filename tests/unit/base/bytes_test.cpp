#include "qingdan/base/bytes.h"

#include <catch2/catch.hpp>

using namespace qingdan;

TEST_CASE("numbers are read in the order asked for", "[base][bytes]") {
  const Bytes bytes{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09};
  ByteReader reader(bytes);
  CHECK(reader.u8() == 0x01);
  CHECK(reader.u16be() == 0x0203);
  CHECK(reader.u16le() == 0x0504);
  CHECK(reader.u32be() == 0x06070809);
  CHECK(reader.ok());
  CHECK(reader.at_end());
  CHECK(ByteReader(bytes).u24be() == 0x010203);
  CHECK(ByteReader(bytes).u24le() == 0x030201);
  CHECK(ByteReader(bytes).u32le() == 0x04030201);
  CHECK(ByteReader(bytes).u64be() == 0x0102030405060708);
  CHECK(ByteReader(bytes).u64le() == 0x0807060504030201);
}

TEST_CASE("a reader that ran out stays out", "[base][bytes]") {
  const Bytes bytes{1, 2, 3};
  ByteReader reader(bytes);
  CHECK(reader.u32be() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.u8() == 0);
  CHECK(reader.remaining() == 0);
  CHECK(reader.take(0).empty());
  CHECK(reader.rest().empty());
  CHECK_FALSE(reader.ok());
}

TEST_CASE("a length near the end of memory reads nothing", "[base][bytes]") {
  const Bytes bytes{1, 2, 3};
  ByteReader reader(bytes);
  reader.skip(1);
  CHECK(reader.take(static_cast<std::size_t>(-1)).empty());
  CHECK_FALSE(reader.ok());
}

TEST_CASE("until stops before its byte and consumes it", "[base][bytes]") {
  const auto bytes = to_bytes("ab\ncd");
  ByteReader reader(bytes);
  CHECK(as_text(reader.until('\n')) == "ab");
  CHECK(reader.position() == 3);
  CHECK(reader.until('\n').empty());
  CHECK_FALSE(reader.ok());
}

TEST_CASE("what is written is read back", "[base][bytes]") {
  ByteWriter writer;
  writer.u8(1).u16be(2).u24be(3).u32be(4).u64be(5).u16le(6).u24le(7).u32le(8).u64le(9);
  writer.text("end").fill(2, 0xAA);
  writer.patch_u16be(1, 0xBEEF);
  const Bytes bytes = std::move(writer).take();
  ByteReader reader(bytes);
  CHECK(reader.u8() == 1);
  CHECK(reader.u16be() == 0xBEEF);
  CHECK(reader.u24be() == 3);
  CHECK(reader.u32be() == 4);
  CHECK(reader.u64be() == 5);
  CHECK(reader.u16le() == 6);
  CHECK(reader.u24le() == 7);
  CHECK(reader.u32le() == 8);
  CHECK(reader.u64le() == 9);
  CHECK(as_text(reader.take(3)) == "end");
  CHECK(reader.u16be() == 0xAAAA);
  CHECK(reader.at_end());
}
