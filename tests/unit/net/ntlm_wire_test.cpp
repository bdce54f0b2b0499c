#include "qingdan/net/ntlm_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"
#include "unit/net/smb_samples.h"

using namespace qingdan;
using namespace qingdan::net;

TEST_CASE("the first message names nobody", "[net][ntlm]") {
  CHECK(to_hex(build_spnego_ntlm_negotiate()) ==
        "604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa22a0428"
        "4e544c4d5353500001000000058288a2"
        "00000000280000000000000028000000"
        "000000000000000f");
}

TEST_CASE("a challenge tells names, time and build", "[net][ntlm]") {
  for (const auto& blob : {test::ntlm_challenge(), test::spnego_challenge()}) {
    const auto challenge = parse_ntlm_challenge(blob);
    REQUIRE(challenge);
    CHECK(challenge->target == "EXAMPLE");
    CHECK(challenge->netbios_computer == "FILES01");
    CHECK(challenge->netbios_domain == "EXAMPLE");
    CHECK(challenge->dns_computer == "files01.example.org");
    CHECK(challenge->dns_domain == "example.org");
    CHECK(challenge->dns_tree == "example.org");
    CHECK(challenge->timestamp.value == test::kSampleMillis);
    CHECK(challenge->os_major == 10);
    CHECK(challenge->os_build == 17763);
  }
}

TEST_CASE("fields that lead outside of the message are empty", "[net][ntlm]") {
  auto bytes = test::ntlm_challenge();
  bytes[16] = 0xFF;  // the offset of the target name
  bytes[17] = 0xFF;
  bytes[44] = 0xF0;  // the offset of the pairs
  const auto challenge = parse_ntlm_challenge(bytes);
  REQUIRE(challenge);
  CHECK(challenge->target.empty());
  CHECK(challenge->netbios_computer.empty());
  CHECK_FALSE(parse_ntlm_challenge(as_bytes("NTLMSSP")));
  CHECK_FALSE(parse_ntlm_challenge(build_spnego_ntlm_negotiate()));  // not a challenge
}

TEST_CASE("an offer lists mechanisms and the hint", "[net][ntlm]") {
  const auto offer = parse_spnego_offer(test::spnego_offer());
  REQUIRE(offer);
  CHECK(offer->mechanisms ==
        std::vector<std::string>{"1.2.840.113554.1.2.2", "1.3.6.1.4.1.311.2.2.10"});
  CHECK(offer->hint == "files01$@EXAMPLE.ORG");
  CHECK_FALSE(parse_spnego_offer(test::ntlm_challenge()));
  CHECK(parse_spnego_offer(build_spnego_ntlm_negotiate())->mechanisms.size() == 1);
}

TEST_CASE("UTF-16 becomes UTF-8", "[net][ntlm]") {
  CHECK(text_of_utf16le(*from_hex("056e5553")) == "\xE6\xB8\x85\xE5\x8D\x95");  // 清单
  CHECK(text_of_utf16le(*from_hex("3dd800de")) == "\xF0\x9F\x98\x80");
  CHECK(text_of_utf16le(*from_hex("3dd84100")) ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(text_of_utf16le(*from_hex("00de")) == "\xEF\xBF\xBD");
  CHECK(text_of_utf16le(*from_hex("410042")) == "A");
}

TEST_CASE("file times outside of our calendar are no time", "[net][ntlm]") {
  CHECK(time_of_filetime(0).value == 0);
  CHECK(time_of_filetime(116'444'736'000'000'000).value == 0);
  CHECK(time_of_filetime(116'444'736'010'000'000).value == 1000);
  CHECK(time_of_filetime(~std::uint64_t{0}).value == 0);
}

TEST_CASE("damaged challenges and offers are survived", "[net][ntlm]") {
  test::parse_damaged(test::spnego_challenge(), [](BytesView b) { (void)parse_ntlm_challenge(b); });
  test::parse_damaged(test::spnego_offer(), [](BytesView b) { (void)parse_spnego_offer(b); });
}
