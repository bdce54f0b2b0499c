// irc_wire — what servers say to who has not registered: recorded from InspIRCd 3.15, ngIRCd 26.1
// and ircd-hybrid 8.2.43, the one of UnrealIRCd made after its documentation.
#include "qingdan/net/irc_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;
using State = Extent::State;

namespace {

Extent measure(std::string_view text) { return measure_irc(as_bytes(text)); }

}  // namespace

TEST_CASE("a server of IRC is asked what needs no registration", "[net][irc]") {
  CHECK(as_text(build_irc_question()) == "CAP LS 302\r\nVERSION\r\nQUIT\r\n");
}

TEST_CASE("an answer is whole where the server closes", "[net][irc]") {
  for (const std::string name : {"inspircd", "inspircd_cap", "ngircd", "unreal"}) {
    const auto answer = seed("irc_wire/" + name);
    for (std::size_t size = 0; size < answer.size(); ++size) {
      CAPTURE(name, size);
      CHECK(measure_irc(BytesView(answer).first(size)).state == State::partial);
    }
    CHECK(measure_irc(answer).size == answer.size());
  }
  CHECK(measure_irc(seed("irc_wire/hybrid")).state == State::partial);
}

TEST_CASE("capabilities, refusal, version, notices and the last word are read", "[net][irc]") {
  const auto with = parse_irc(seed("irc_wire/inspircd_cap"));
  CHECK(with.any);
  CHECK(with.server == "irc.example.test");
  REQUIRE(with.capabilities.size() == 7);
  CHECK(with.capabilities[3] == "inspircd.org/poison");
  CHECK(with.refusal == "* VERSION :You have not registered.");
  CHECK(with.closing.starts_with("Closing link: (454AAAAAB@192.0.2.7) ["));
  CHECK(with.notices == std::vector<std::string>{"*** Looking up your hostname..."});
  CHECK(parse_irc(seed("irc_wire/inspircd")).capabilities.empty());
  CHECK(parse_irc(seed("irc_wire/ngircd")).refusal == "* :Connection not registered");
  CHECK(parse_irc(seed("irc_wire/hybrid")).notices.size() == 3);
  const auto unreal = parse_irc(seed("irc_wire/unreal"));
  CHECK(unreal.version == "UnrealIRCd-6.1.2. irc.example.test FhinW [*=6100]");
  CHECK(unreal.capabilities == std::vector<std::string>{"unrealircd.org/link-security=2",
                                                        "sasl=PLAIN,EXTERNAL", "multi-prefix"});
}

TEST_CASE("other protocols are foreign at once", "[net][irc]") {
  for (const auto* text :
       {"HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-x\r\n", "220 mail.example.test ESMTP\r\n",
        "ERROR\r\n", "451 x\r\n", ": x\r\n", "::1 NOTICE\r\n", ":a HELLO x\r\n",
        ":a\x01 NOTICE * :x\r\n", ":+OK\r\n"}) {
    CAPTURE(text);
    if (std::string_view(text) == ":+OK\r\n") {
      CHECK_FALSE(parse_irc(as_bytes(text)).any);
      continue;
    }
    CHECK(measure(text).foreign());
    CHECK_FALSE(parse_irc(as_bytes(text)).any);
  }
  CHECK(measure("").state == State::partial);
  CHECK(measure(":irc.exam").state == State::partial);
  CHECK(measure(":irc.example.test 4").state == State::partial);
  CHECK(measure("NOTI").state == State::partial);
  CHECK(measure(":" + std::string(200, 'a')).foreign());
  CHECK(measure("NOTICE " + std::string(2000, 'a')).foreign());
}

TEST_CASE("lines without end are bounded", "[net][irc]") {
  std::string endless;
  while (endless.size() <= kIrcMax) endless += ":a CAP * LS * :x y z\r\n:a NOTICE * :n\r\n";
  CHECK(measure(endless).foreign());
  endless.resize(kIrcMax);
  const auto reply = parse_irc(as_bytes(endless));
  CHECK(reply.capabilities.size() == 64);
  CHECK(reply.notices.size() == 64);
  test::parse_damaged(seed("irc_wire/unreal"), [](BytesView bytes) {
    static_cast<void>(measure_irc(bytes));
    static_cast<void>(parse_irc(bytes));
  });
}
