#include "qingdan/net/s7_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/industrial_seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::net::test::seed;

TEST_CASE("an S7 connection is asked for in class 0, by a programming device", "[net][s7]") {
  const auto request = build_s7_connect();
  CHECK(measure_tpkt(request).size == request.size());
  CHECK(request == Bytes{3,    0, 0,    22,   17, 0xE0, 0, 0,    0x51, 0x44, 0,
                         0xC0, 1, 0x0A, 0xC1, 2,  1,    0, 0xC2, 2,    1,    2});
  CHECK(read_s7_frame(request) == S7Frame::other);
}

TEST_CASE("what is asked is one job and one list", "[net][s7]") {
  const auto setup = build_s7_setup();
  CHECK(measure_tpkt(setup).size == setup.size());
  CHECK(read_s7_frame(setup) == S7Frame::other);  // a request is no answer
  const auto list = build_s7_read_identification();
  CHECK(measure_tpkt(list).size == list.size());
  CHECK(Bytes(list.end() - 4, list.end()) == Bytes{0, 0x1C, 0, 0});
  CHECK(read_s7_frame(list) == S7Frame::other);
}

TEST_CASE("a controller says its station, module, type and serial number", "[net][s7]") {
  const auto found = parse_s7_stream(seed("s7_wire/identity"));
  REQUIRE(found);
  CHECK(found->confirmed);
  CHECK(found->s7);
  using Record = std::pair<std::uint16_t, std::string>;
  CHECK(found->records == std::vector<Record>{{1, "SIMATIC 300(1)"},
                                              {2, "Pump house 3"},
                                              {4, "Original Siemens Equipment"},
                                              {5, "S C-X4U421302009"},
                                              {7, "CPU 315-2 PN/DP"},
                                              {8, "MMC 267FF11F"}});
}

TEST_CASE("ISO transport without S7, a refusal and an unknown list are told apart", "[net][s7]") {
  CHECK(read_s7_frame(seed("s7_wire/confirm")) == S7Frame::confirmed);
  const auto confirmed = parse_s7_stream(seed("s7_wire/confirm"));
  REQUIRE(confirmed);
  CHECK(confirmed->confirmed);
  CHECK_FALSE(confirmed->s7);
  CHECK(read_s7_frame(seed("s7_wire/refused")) == S7Frame::refused);
  const auto unknown = parse_s7_stream(seed("s7_wire/unknown_list"));
  REQUIRE(unknown);
  CHECK(unknown->s7);
  CHECK(unknown->records.empty());
}

TEST_CASE("a cut stream gives what was whole, and lengths that lie give nothing", "[net][s7]") {
  const auto whole = seed("s7_wire/identity");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto found = parse_s7_stream(BytesView(whole).first(size));
    CHECK(found.has_value() == (size >= 22));
    if (found) CHECK(found->records.empty());
  }
  CHECK(measure_tpkt(as_bytes("SSH-2.0-x")).foreign());
  CHECK(measure_tpkt(Bytes{3, 0, 0, 3}).foreign());
  auto lying = seed("s7_wire/confirm");
  lying[4] = 200;  // a transport header longer than the frame
  CHECK_FALSE(read_s7_frame(lying));
}
