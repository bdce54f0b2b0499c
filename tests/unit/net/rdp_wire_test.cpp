#include "qingdan/net/rdp_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

TEST_CASE("the connection request offers TLS and CredSSP without a cookie", "[net][rdp]") {
  CHECK(to_hex(build_rdp_connection_request()) == "030000130ee00000000000010008000b000000");
}

TEST_CASE("a confirm tells the selected protocol and the server's flags", "[net][rdp]") {
  const auto confirm = parse_rdp_confirm(*from_hex("030000130ed00000123400021f080002000000"));
  REQUIRE(confirm);
  CHECK(confirm->negotiation == RdpConfirm::Negotiation::selected);
  CHECK(confirm->protocol == 2);
  CHECK(confirm->flags == 0x1F);
  CHECK(confirm->wants_tls());
}

TEST_CASE("a refusal tells its reason, an old server nothing", "[net][rdp]") {
  const auto refused = parse_rdp_confirm(*from_hex("030000130ed000001234000300080002000000"));
  REQUIRE(refused);
  CHECK(refused->negotiation == RdpConfirm::Negotiation::refused);
  CHECK(refused->failure == 2);
  CHECK_FALSE(refused->wants_tls());
  const auto old = parse_rdp_confirm(*from_hex("0300000b06d00000123400"));
  REQUIRE(old);
  CHECK(old->negotiation == RdpConfirm::Negotiation::none);
}

TEST_CASE("what is no confirm is told apart from what may become one", "[net][rdp]") {
  const auto whole = *from_hex("030000130ed00000123400021f080002000000");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_rdp_confirm(BytesView(whole).first(size)).state == Extent::State::partial);
    CHECK_FALSE(parse_rdp_confirm(BytesView(whole).first(size)));
  }
  CHECK(measure_rdp_confirm(whole).size == whole.size());
  CHECK(measure_rdp_confirm(as_bytes("HTTP")).foreign());
  CHECK(measure_rdp_confirm(*from_hex("0300ffff")).foreign());
  CHECK_FALSE(parse_rdp_confirm(*from_hex("0300000b06800000000000")));  // disconnect
  test::parse_damaged(whole, [](BytesView bytes) { (void)parse_rdp_confirm(bytes); });
}
