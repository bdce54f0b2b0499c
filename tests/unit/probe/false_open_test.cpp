// false_open — no single feature condemns a host; the picture does.
#include "qingdan/probe/false_open.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace std::chrono_literals;
using probe::SynAckProfile;
using probe::SynAckTraits;

namespace {

constexpr SynAckTraits kLinux{64'240, 0x1234, 61, 8ms};

}  // namespace

TEST_CASE("an ordinary host with some ports open is above suspicion") {
  SynAckProfile host;
  host.set_asked(1000);
  for (int i = 0; i < 20; ++i) host.on_syn_ack(kLinux);
  for (int i = 0; i < 900; ++i) host.on_own_word(61, 8ms);
  CHECK(host.judge().score == 0);
  CHECK(SynAckProfile().judge().score == 0);
}

TEST_CASE("one feature alone never condemns") {
  SECTION("window 0") {
    SynAckProfile host;
    host.set_asked(100);
    host.on_syn_ack({0, 0x1234, 61, 8ms});
    CHECK(host.judge().score > 0);
    CHECK_FALSE(host.judge().suspect());
  }
  SECTION("no options, as some old devices") {
    SynAckProfile host;
    host.set_asked(100);
    for (int i = 0; i < 5; ++i) host.on_syn_ack({4096, 0, 61, 8ms});
    CHECK_FALSE(host.judge().suspect());
  }
  SECTION("another distance, as behind a load balancer") {
    SynAckProfile host;
    host.on_own_word(57, 8ms);
    host.on_syn_ack(kLinux);
    CHECK(host.judge().score > 0);
    CHECK_FALSE(host.judge().suspect());
  }
  SECTION("many ports open that differ") {
    SynAckProfile host;
    host.set_asked(100);
    for (int i = 0; i < 60; ++i) {
      host.on_syn_ack({static_cast<std::uint16_t>(1000 + i % 3), 0x1234, 61, 8ms});
    }
    CHECK_FALSE(host.judge().suspect());
  }
}

TEST_CASE("an initial hop limit of its own for RSTs is no other distance") {
  SynAckProfile host;
  host.on_own_word(252, 8ms);  // 255 less 3
  host.on_syn_ack(kLinux);     // 64 less 3
  CHECK(host.judge().score == 0);
}

TEST_CASE("a SYN proxy in front of a host is suspect, with its reasons") {
  SynAckProfile host;
  host.set_asked(300);
  host.on_own_word(50, 80ms);
  for (int i = 0; i < 290; ++i) host.on_syn_ack({0, 0, 63, 1ms});
  const auto found = host.judge();
  CHECK(found.suspect());
  CHECK(found.reasons.size() == 6);
}

TEST_CASE("an everything-open firewall is suspect by its ports alone, where all are alike") {
  SynAckProfile host;
  host.set_asked(300);
  for (int i = 0; i < 300; ++i) host.on_syn_ack(kLinux);
  CHECK(host.judge().suspect());
}

TEST_CASE("options are compared by kind, order and value, timestamps by kind alone") {
  const Bytes plain{2, 4, 5, 0xB4, 1, 3, 3, 7};
  Bytes other = plain;
  other[3] = 0xAC;
  CHECK(probe::digest_options(plain) != probe::digest_options(other));
  const Bytes early{8, 10, 0, 0, 0, 1, 0, 0, 0, 0};
  const Bytes late{8, 10, 9, 9, 9, 9, 0, 0, 0, 0};
  CHECK(probe::digest_options(early) == probe::digest_options(late));
  CHECK(probe::digest_options(early) != 0);
  CHECK(probe::digest_options({}) == 0);
  CHECK(probe::digest_options(Bytes{1, 1, 0, 0}) == 0);
  // Cut short, with a length of 0 or beyond the end: read as far as it goes.
  CHECK(probe::digest_options(Bytes{2}) != 0);
  CHECK(probe::digest_options(Bytes{2, 0, 5}) == probe::digest_options(Bytes{2}));
  CHECK(probe::digest_options(Bytes{2, 40, 5}) == probe::digest_options(Bytes{2}));
}
