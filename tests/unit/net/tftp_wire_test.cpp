#include "qingdan/net/tftp_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {
const std::string kNotFound("\0\5\0\1File not found\0", 19);
}

TEST_CASE("a read request names file and mode", "[net][tftp]") {
  CHECK(as_text(build_tftp_read("x")) == std::string_view("\0\1x\0octet\0", 10));
  CHECK_FALSE(parse_tftp_reply(build_tftp_read("x")));
}

TEST_CASE("an error says which and why; options and a first block answer as well", "[net][tftp]") {
  const auto error = parse_tftp_reply(as_bytes(kNotFound));
  REQUIRE(error);
  CHECK(error->opcode == 5);
  CHECK(error->code == 1);
  CHECK(error->message == "File not found");
  CHECK(
      parse_tftp_reply(as_bytes(std::string_view("\0\6blksize\0"
                                                 "512\0",
                                                 14))));
  const auto data = parse_tftp_reply(as_bytes(std::string_view("\0\3\0\1boot", 8)));
  REQUIRE(data);
  CHECK(data->message.empty());
}

TEST_CASE("bytes that only begin like a packet are none", "[net][tftp]") {
  CHECK_FALSE(parse_tftp_reply(as_bytes(std::string_view("\0\5\0\1no end", 10))));
  CHECK_FALSE(parse_tftp_reply(as_bytes(std::string_view("\0\5\0\x63?\0", 6))));
  CHECK_FALSE(parse_tftp_reply(as_bytes(std::string_view("\0\3\0\2late", 8))));
  CHECK_FALSE(parse_tftp_reply(Bytes(600, 0)));
  test::parse_damaged(as_bytes(kNotFound), [](BytesView bytes) { return parse_tftp_reply(bytes); });
}
