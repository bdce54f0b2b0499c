#include "qingdan/net/ipmi_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes pong(std::uint8_t tag, std::uint32_t enterprise) {
  ByteWriter out;
  out.u8(6).u8(0).u8(0xFF).u8(6).u32be(4542).u8(0x40).u8(tag).u8(0).u8(16);
  out.u32be(enterprise).u32be(0).u8(0x81).fill(7);
  return std::move(out).take();
}

// MD5 and OEM log-ins, IPMI 2.0, user names only, OEM of Hewlett-Packard (11).
Bytes capabilities(std::uint8_t sequence) {
  ByteWriter out;
  out.u8(6).u8(0).u8(0xFF).u8(7).u8(0).u32le(0).u32le(0).u8(16);
  out.u8(0x81).u8(0x1C).u8(0x63).u8(0x20).u8(static_cast<std::uint8_t>(sequence << 2)).u8(0x38);
  out.u8(0).u8(1).u8(0xA4).u8(0x04).u8(0x03).u24le(11).u8(0).u8(0);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("the two requests of RMCP are as their documents print them", "[net][ipmi]") {
  CHECK(to_hex(build_asf_ping(5)) == "0600ff06000011be80050000");
  CHECK(to_hex(build_ipmi_auth_capabilities(0)) ==
        "0600ff07000000000000000000092018c88100388e02b7");
}

TEST_CASE("a pong names an enterprise and says whether there is IPMI", "[net][ipmi]") {
  const auto said = parse_asf_pong(pong(5, 674));
  REQUIRE(said);
  CHECK(said->tag == 5);
  CHECK(said->enterprise == 674);
  CHECK(said->ipmi);
  CHECK_FALSE(parse_asf_pong(build_asf_ping(5)));
  CHECK_FALSE(parse_asf_pong(capabilities(1)));
}

TEST_CASE("capabilities say version, kinds of log-in and maker", "[net][ipmi]") {
  const auto said = parse_ipmi_capabilities(capabilities(9));
  REQUIRE(said);
  CHECK(said->sequence == 9);
  CHECK(said->completion == 0);
  CHECK(said->v20);
  CHECK(said->v15);
  CHECK(said->types == std::vector<std::string>{"md5", "oem"});
  CHECK_FALSE(said->anonymous);
  CHECK(said->oem == 11);
  auto old = capabilities(9);
  old[22] = 0x35;  // no bit for extended capabilities
  old[23] = 0x01;
  const auto v15 = parse_ipmi_capabilities(old);
  REQUIRE(v15);
  CHECK_FALSE(v15->v20);
  CHECK(v15->v15);
  CHECK(v15->anonymous);
  CHECK(v15->types == std::vector<std::string>{"none", "md5", "password", "oem"});
}

TEST_CASE("a refusal is an answer, an echo and a cut message are not", "[net][ipmi]") {
  auto refusal = capabilities(9);
  refusal[13] = 8;
  refusal.resize(22);
  refusal[20] = 0xC1;
  const auto said = parse_ipmi_capabilities(refusal);
  REQUIRE(said);
  CHECK(said->completion == 0xC1);
  CHECK_FALSE(parse_ipmi_capabilities(build_ipmi_auth_capabilities(9)));
  CHECK_FALSE(parse_ipmi_capabilities(BytesView(capabilities(9)).first(20)));
  test::parse_damaged(capabilities(9),
                      [](BytesView bytes) { return parse_ipmi_capabilities(bytes); });
  test::parse_damaged(pong(1, 2), [](BytesView bytes) { return parse_asf_pong(bytes); });
}
