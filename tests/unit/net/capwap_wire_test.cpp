// capwap_wire — answers laid out after RFC 5415 (tests/fuzz/corpus/capwap_wire).
#include "qingdan/net/capwap_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

TEST_CASE("a question of discovery has every element it must have, once", "[net][capwap]") {
  const auto request = build_capwap_discovery(0x2A);
  ByteReader reader(request);
  CHECK(reader.u32be() == 0x0010'0200);  // in the clear, two words of header, 802.11
  CHECK(reader.u32be() == 0);
  CHECK(reader.u32be() == 1);
  CHECK(reader.u8() == 0x2A);
  const auto length = reader.u16be();
  CHECK(length == reader.remaining() + 2);
  CHECK(reader.u8() == 0);
  std::vector<std::uint16_t> types;
  while (reader && !reader.at_end()) {
    types.push_back(reader.u16be());
    reader.skip(reader.u16be());
  }
  CHECK(reader.ok());
  CHECK(types == std::vector<std::uint16_t>{20, 38, 39, 41, 44, 1048});
}

TEST_CASE("a controller says its name, its maker and its versions", "[net][capwap]") {
  const auto cisco = parse_capwap_answer(seed("capwap_wire/cisco"));
  REQUIRE(cisco);
  CHECK(cisco->sequence == 0x2A);
  CHECK(cisco->vendor == 0x409600);
  CHECK(cisco->name == "WLC-01");
  CHECK(cisco->software == "8.5.140.0");
  CHECK(cisco->hardware == "1.0.0.0");
  CHECK(cisco->access_points == 7);
  CHECK(cisco->access_points_max == 75);
  CHECK(cisco->stations == 12);
  const auto text = parse_capwap_answer(seed("capwap_wire/h3c"));
  REQUIRE(text);
  CHECK(text->vendor == 25506);
  CHECK(text->software == "7.1.064");
  const auto ended = parse_capwap_answer(seed("capwap_wire/cstring"));
  REQUIRE(ended);
  CHECK(ended->hardware == "VER.B");
  CHECK(ended->software == "V200R019C00");
  const auto bare = parse_capwap_answer(seed("capwap_wire/bare"));
  REQUIRE(bare);
  CHECK(bare->vendor == 0);
  CHECK(bare->name == "ac.example.test");
}

TEST_CASE("an answer that was cut keeps what came whole", "[net][capwap]") {
  const auto cut = parse_capwap_answer(seed("capwap_wire/cut"));
  REQUIRE(cut);
  CHECK(cut->name == "AC-Core");
}

TEST_CASE("a question, a fragment, a message inside DTLS and one without a controller are none",
          "[net][capwap]") {
  CHECK_FALSE(parse_capwap_answer(build_capwap_discovery(1)));
  CHECK_FALSE(parse_capwap_answer(seed("capwap_wire/request")));
  auto message = seed("capwap_wire/h3c");
  message[3] = 0x80;
  CHECK_FALSE(parse_capwap_answer(message));
  message[3] = 0;
  message[0] = 1;
  CHECK_FALSE(parse_capwap_answer(message));
  message[0] = 0;
  CHECK(parse_capwap_answer(message));
  message.resize(20);  // the first element has not come
  CHECK_FALSE(parse_capwap_answer(message));
  CHECK_FALSE(parse_capwap_answer({}));
}

TEST_CASE("damaged answers of controllers do no harm", "[net][capwap]") {
  for (const auto* name : {"cisco", "h3c", "bare"}) {
    test::parse_damaged(seed("capwap_wire/" + std::string(name)), parse_capwap_answer);
  }
}
