#include "qingdan/net/ssh_kex_wire.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes dropbear() {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/ssh_kex_wire/dropbear_2022",
                     std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("the fingerprint is the one the server's own tool prints", "[net][ssh_kex]") {
  const auto stream = parse_ssh_key_stream(dropbear());
  CHECK(stream.complete);
  REQUIRE(stream.key);
  CHECK(stream.key->algorithm == "ssh-ed25519");
  CHECK(stream.key->fingerprint == "SHA256:3vd7MJYDkYzWdpehPS/ljCU4OXQLTaOBpJ2P/noaq0c");
  CHECK(stream.key->sha256.size() == 64);
}

TEST_CASE("one algorithm is chosen, the same whatever the server's order", "[net][ssh_kex]") {
  SshKexInit offered;
  offered.kex = {"ecdh-sha2-nistp256", "curve25519-sha256@libssh.org"};
  offered.host_key = {"ssh-rsa", "rsa-sha2-512", "ecdsa-sha2-nistp256"};
  CHECK(choose_host_key(offered) == "ecdsa-sha2-nistp256");
  offered.host_key.insert(offered.host_key.begin(), "ssh-ed25519");
  CHECK(choose_host_key(offered) == "ssh-ed25519");
  offered.kex = {"diffie-hellman-group14-sha256"};
  CHECK(choose_host_key(offered).empty());
  CHECK(choose_host_key({}).empty());
}

TEST_CASE("the question is a KEXINIT of one algorithm and a public value", "[net][ssh_kex]") {
  SshKexInit offered;
  offered.kex = {"curve25519-sha256", "ecdh-sha2-nistp256"};
  offered.host_key = {"ssh-ed25519", "ssh-rsa"};
  offered.cipher_to_client = offered.cipher_to_server = {"aes128-ctr"};
  auto bytes = build_ssh_ident("x");
  const auto question = build_ssh_key_question(offered, "ssh-ed25519", 7);
  bytes.insert(bytes.end(), question.begin(), question.end());
  const auto read = parse_ssh_stream(bytes);
  REQUIRE(read.kexinit);
  CHECK(read.kexinit->kex == std::vector<std::string>{"curve25519-sha256"});
  CHECK(read.kexinit->host_key == std::vector<std::string>{"ssh-ed25519"});
  CHECK(read.kexinit->cipher_to_client == offered.cipher_to_client);
  ByteReader reader(question);
  reader.skip(reader.u32be());
  CHECK(reader.u32be() % 8 == 4);
  const auto padding = reader.u8();
  CHECK(padding >= 4);
  CHECK(reader.u8() == 30);
  CHECK(reader.u32be() == 32);
  CHECK(reader.remaining() == 32U + padding);
}

TEST_CASE("a stream is complete with its key, or where none will come", "[net][ssh_kex]") {
  const auto all = dropbear();
  CHECK_FALSE(parse_ssh_key_stream(BytesView(all).first(400)).complete);
  CHECK_FALSE(parse_ssh_key_stream({}).complete);
  CHECK(parse_ssh_key_stream(Bytes(20'000, 'x')).complete);
  auto refused = build_ssh_ident("x");
  const auto goodbye = build_ssh_disconnect();
  refused.insert(refused.end(), goodbye.begin(), goodbye.end());
  CHECK(parse_ssh_key_stream(refused).complete);
  CHECK_FALSE(parse_ssh_key_stream(refused).key);
}

TEST_CASE("damaged streams are survived", "[net][ssh_kex]") {
  test::parse_damaged(dropbear(),
                      [](BytesView bytes) { static_cast<void>(parse_ssh_key_stream(bytes)); });
}
