// ssh — the conversation on recorded bytes.
#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/net/ssh_wire.h"
#include "recorded_peer.h"

using namespace qingdan;

namespace {
const std::string kLine = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
Bytes with_kexinit() {
  net::SshKexInit offer;
  offer.kex = {"curve25519-sha256"};
  offer.host_key = {"ssh-ed25519"};
  auto bytes = to_bytes(kLine);
  const auto packet = net::build_ssh_kexinit(offer);
  bytes.insert(bytes.end(), packet.begin(), packet.end());
  return bytes;
}
}  // namespace

TEST_CASE("ssh sends its line, hears line and KEXINIT, and has enough", "[probe][ssh]") {
  for (const std::size_t piece : {1UL, 7UL, 4096UL}) {
    const auto ssh = probe::make_ssh(test::setting_of(22));
    const auto played = test::play_stream(*ssh, {with_kexinit()}, piece);
    REQUIRE(played.sent.size() == 1);
    CHECK(as_text(played.sent[0]) == "SSH-2.0-qingdan\r\n");
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == "ssh.stream");
    CHECK(played.heard[0].raw == with_kexinit());
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("a line without KEXINIT is kept as truncated", "[probe][ssh]") {
  const auto ssh = probe::make_ssh(test::setting_of(22));
  const auto played = test::play_stream(*ssh, {to_bytes(kLine)}, 100);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == "ssh.stream");
  CHECK(played.heard[0].truncated);
}

TEST_CASE("a preamble that never ends is nobody's", "[probe][ssh]") {
  const auto ssh = probe::make_ssh(test::setting_of(22));
  const auto played = test::play_stream(*ssh, {to_bytes("x1\r\nx2\r\n")}, 4, probe::End::deadline);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == "unknown.stream");
}

TEST_CASE("ssh claims no other peer", "[probe][ssh]") {
  for (const auto& said : test::foreign_peers()) {
    if (as_text(said).starts_with("SSH-")) continue;
    const auto ssh = probe::make_ssh(test::setting_of(22));
    for (const auto& heard : test::play_stream(*ssh, {said}, 512).heard) {
      CHECK(heard.channel == "unknown.stream");
    }
  }
}
