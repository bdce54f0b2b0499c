#include "qingdan/net/frames.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

TEST_CASE("messages come out of a frame as they went in", "[net][frames]") {
  const std::vector<Bytes> messages = {to_bytes("one"), {}, to_bytes("three")};
  const auto framed = frame_messages(messages);
  CHECK(framed.size() == 3 * 4 + 8);
  const auto split = split_messages(framed);
  CHECK_FALSE(split.truncated);
  REQUIRE(split.messages.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(as_text(split.messages[i]) == as_text(messages[i]));
}

TEST_CASE("a frame that promises more than there is is truncated", "[net][frames]") {
  auto framed = frame_messages({to_bytes("whole"), to_bytes("cut")});
  framed.pop_back();
  const auto split = split_messages(framed);
  CHECK(split.truncated);
  REQUIRE(split.messages.size() == 1);
  CHECK(as_text(split.messages[0]) == "whole");
}

TEST_CASE("no more frames are read than the bound allows", "[net][frames]") {
  const auto split = split_messages(Bytes(4 * (kFramesMax + 1), 0));
  CHECK(split.messages.size() == kFramesMax);
  CHECK(split.truncated);
}

TEST_CASE("damaged frames are survived", "[net][frames]") {
  test::parse_damaged(frame_messages({to_bytes("a"), to_bytes("bc")}),
                      [](BytesView bytes) { (void)split_messages(bytes); });
}
