#include "qingdan/net/dnp3_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/industrial_seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::net::test::seed;

TEST_CASE("the request asks the self-address for the status of its link", "[net][dnp3]") {
  CHECK(build_dnp3_link_status() == Bytes{5, 0x64, 5, 0xC9, 0xFC, 0xFF, 1, 0, 0x8C, 0x0E});
  CHECK(measure_dnp3_reply(build_dnp3_link_status()).foreign());  // thrown back at us
}

TEST_CASE("a station says its address", "[net][dnp3]") {
  const auto status = parse_dnp3_reply(seed("dnp3_wire/status"));
  REQUIRE(status);
  CHECK(status->station == 10);
  CHECK(status->function == 11);
  const auto unsupported = parse_dnp3_reply(seed("dnp3_wire/unsupported"));
  REQUIRE(unsupported);
  CHECK(unsupported->function == 15);
}

TEST_CASE("a wrong checksum, a cut frame or another protocol is none", "[net][dnp3]") {
  const auto whole = seed("dnp3_wire/status");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_dnp3_reply(BytesView(whole).first(size)).state == Extent::State::partial);
    CHECK_FALSE(parse_dnp3_reply(BytesView(whole).first(size)));
  }
  for (std::size_t at = 4; at < whole.size(); ++at) {
    auto wrong = whole;
    wrong[at] ^= 1;
    CHECK_FALSE(parse_dnp3_reply(wrong));
  }
  CHECK(measure_dnp3_reply(as_bytes("SSH-2.0-x")).foreign());
}
