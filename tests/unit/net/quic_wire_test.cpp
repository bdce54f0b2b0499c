#include "qingdan/net/quic_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes negotiation() {
  ByteWriter out;
  out.u8(0xF0).u32be(0).u8(8).u64be(2).u8(8).u64be(1);
  out.u32be(1).u32be(0x6B33'43CF).u32be(0xFF00'001D).u32be(0x5130'3530).u32be(0x3A5A'7A9A);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("the probe is as long as an answer may ever be", "[net][quic]") {
  const auto probe = build_quic_probe(1, 2);
  CHECK(probe.size() == 1200);
  CHECK((probe[0] & 0xC0) == 0xC0);
  for (const int at : {1, 2, 3, 4}) CHECK((probe[static_cast<std::size_t>(at)] & 0x0F) == 0x0A);
  CHECK_FALSE(parse_quic_versions(probe));  // an echo
}

TEST_CASE("negotiation names versions, those of greasing left out", "[net][quic]") {
  const auto said = parse_quic_versions(negotiation());
  REQUIRE(said);
  CHECK(said->destination == 2);
  CHECK(said->source == 1);
  REQUIRE(said->versions.size() == 4);
  CHECK(quic_version_name(said->versions[0]) == "1");
  CHECK(quic_version_name(said->versions[1]) == "2");
  CHECK(quic_version_name(said->versions[2]) == "draft-29");
  CHECK(quic_version_name(said->versions[3]) == "Q050");
  CHECK(quic_version_name(0xABCD'0001) == "abcd0001");
}

TEST_CASE("other packets and odd lengths are no negotiation", "[net][quic]") {
  auto odd = negotiation();
  odd.push_back(0);
  CHECK_FALSE(parse_quic_versions(odd));
  CHECK_FALSE(parse_quic_versions(BytesView(negotiation()).first(23)));
  CHECK_FALSE(parse_quic_versions(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")));
  test::parse_damaged(negotiation(), [](BytesView bytes) { return parse_quic_versions(bytes); });
}
