#include "qingdan/net/iec104_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/industrial_seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::net::test::seed;

TEST_CASE("the only frame sent is TESTFR act", "[net][iec104]") {
  CHECK(build_iec104_test() == Bytes{0x68, 4, 0x43, 0, 0, 0});
  CHECK_FALSE(is_iec104_confirmed(build_iec104_test()));
}

TEST_CASE("a station confirms, be it after a test of its own", "[net][iec104]") {
  CHECK(is_iec104_confirmed(seed("iec104_wire/confirmed")));
  const auto both = seed("iec104_wire/both");
  CHECK(measure_iec104_reply(both).size == both.size());
  for (std::size_t size = 0; size < both.size(); ++size) {
    CHECK(measure_iec104_reply(BytesView(both).first(size)).state == Extent::State::partial);
  }
}

TEST_CASE("data nobody started, or another protocol, is foreign", "[net][iec104]") {
  CHECK(measure_iec104_reply(Bytes{0x68, 14, 0, 0, 0, 0, 1, 1, 3, 0, 1, 0, 1, 0, 0, 0}).foreign());
  CHECK(measure_iec104_reply(Bytes{0x68, 3, 0x83}).foreign());
  CHECK(measure_iec104_reply(as_bytes("SSH-2.0-x")).foreign());
  Bytes endless;
  for (int i = 0; i < 20; ++i) {
    for (const std::uint8_t byte : {0x68, 4, 0x43, 0, 0, 0}) endless.push_back(byte);
  }
  CHECK(measure_iec104_reply(endless).foreign());
}
