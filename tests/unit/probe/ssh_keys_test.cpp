// ssh_keys — the exchange up to the host key, against what Dropbear 2022.83 said to these very bytes.
#include "probe/ssh_keys.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "probe/conversations.h"
#include "qingdan/net/ssh_kex_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;

namespace {

Bytes dropbear() {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/ssh_kex_wire/dropbear_2022",
                     std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The identification line and the KEXINIT; the rest.
std::vector<Bytes> in_turns(const Bytes& all) {
  const auto line = std::find(all.begin(), all.end(), '\n') + 1;
  ByteReader reader(BytesView(all).subspan(static_cast<std::size_t>(line - all.begin())));
  const auto end = line + 4 + static_cast<std::ptrdiff_t>(reader.u32be());
  return {{all.begin(), end}, {end, all.end()}};
}

const probe::Setting kSetting{"192.0.2.7", "", 22, false};

}  // namespace

TEST_CASE("a host key is asked for after the server's offer and kept with all before it",
          "[probe][ssh_keys]") {
  const auto turns = in_turns(dropbear());
  for (const std::size_t piece : {1UL, 64UL, 4096UL}) {
    const auto conversation = probe::make_ssh_keys(kSetting);
    const auto played = test::play_stream(*conversation, turns, piece);
    CAPTURE(piece);
    CHECK(played.finished);
    REQUIRE(played.sent.size() == 3);
    CHECK(as_text(played.sent[0]) == "SSH-2.0-qingdan\r\n");
    CHECK(played.sent[1][5] == 20);
    CHECK(played.sent[2] == net::build_ssh_disconnect());
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == "ssh.keys");
    const auto key = net::parse_ssh_key_stream(played.heard[0].raw).key;
    REQUIRE(key);
    CHECK(key->algorithm == "ssh-ed25519");
  }
}

TEST_CASE("who offers nothing we ask for, or says something else, gets no exchange",
          "[probe][ssh_keys]") {
  net::SshKexInit old;
  old.kex = {"diffie-hellman-group1-sha1"};
  old.host_key = {"ssh-rsa"};
  Bytes offer = net::build_ssh_ident("Old_1");
  const auto kexinit = net::build_ssh_kexinit(old);
  offer.insert(offer.end(), kexinit.begin(), kexinit.end());
  const auto played = test::play_stream(*probe::make_ssh_keys(kSetting), {offer}, 1000);
  CHECK(played.sent.size() == 1);
  CHECK(played.heard.empty());
  for (const auto& bytes : test::foreign_peers()) {
    const auto other = test::play_stream(*probe::make_ssh_keys(kSetting), {bytes}, 1000);
    CHECK(other.sent.size() == 1);
    CHECK(other.heard.empty());
  }
}

TEST_CASE("a server that hangs up instead leaves nothing", "[probe][ssh_keys]") {
  auto turns = in_turns(dropbear());
  turns[1].clear();
  const auto played = test::play_stream(*probe::make_ssh_keys(kSetting), turns, 1000);
  CHECK(played.sent.size() == 2);
  CHECK(played.heard.empty());
}

TEST_CASE("the key is asked for on a second connection, where the first shows that it can be",
          "[probe][ssh_keys]") {
  const auto turns = in_turns(dropbear());
  const auto first = probe::make_ssh(kSetting);
  test::play_stream(*first, {turns[0]}, 1000);
  CHECK(first->follow_ups().size() == 1);
  const auto bare = probe::make_ssh(kSetting);
  test::play_stream(*bare, {net::build_ssh_ident("x")}, 1000);
  CHECK(bare->follow_ups().empty());
}
