// ssh_wire — identification lines and KEXINIT.
#include "qingdan/net/ssh_wire.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan;
using namespace qingdan::net;

namespace {
SshStream stream(std::string_view text) { return parse_ssh_stream(as_bytes(text)); }
SshKexInit offer() {
  SshKexInit kexinit;
  kexinit.kex = {"curve25519-sha256", "diffie-hellman-group14-sha256"};
  kexinit.host_key = {"ssh-ed25519"};
  kexinit.cipher_to_client = {"aes128-ctr"};
  kexinit.compression_to_client = {"none", "zlib@openssh.com"};
  return kexinit;
}
std::string text_of(const Bytes& bytes) { return std::string(as_text(bytes)); }
}  // namespace

TEST_CASE("an identification line is taken apart", "[net][ssh_wire]") {
  const auto seen = stream("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n");
  REQUIRE(seen.ident);
  CHECK(seen.ident->protocol == "2.0");
  CHECK(seen.ident->software == "OpenSSH_9.2p1");
  CHECK(seen.ident->comments == "Debian-2+deb12u3");
  CHECK(seen.ident->after_protocol() == "OpenSSH_9.2p1 Debian-2+deb12u3");
  CHECK_FALSE(seen.complete);  // the KEXINIT is still to come
}

TEST_CASE("lines before the identification are kept", "[net][ssh_wire]") {
  const auto seen = stream("Welcome\r\nto this host\nSSH-2.0-x-y\n");
  REQUIRE(seen.ident);
  CHECK(seen.ident->preamble == std::vector<std::string>{"Welcome", "to this host"});
  CHECK(seen.ident->software == "x-y");
}

TEST_CASE("odd identification lines are borne", "[net][ssh_wire]") {
  CHECK(stream("SSH-2.0-\r\n").ident->software.empty());
  CHECK(stream("SSH-2.0\r\n").ident->after_protocol().empty());
  CHECK(stream("SSH-\r\n").ident->protocol.empty());
  CHECK(stream("SSH-1.5-Cisco-1.25\n").complete);  // nothing that we read follows
  CHECK_FALSE(stream("SSH-1.99-Cisco-1.25\n").complete);
}

TEST_CASE("a KEXINIT gives back what was offered", "[net][ssh_wire]") {
  const auto bytes = text_of(build_ssh_ident("x")) + text_of(build_ssh_kexinit(offer()));
  const auto seen = stream(bytes);
  CHECK(seen.complete);
  REQUIRE(seen.kexinit);
  CHECK(seen.kexinit->kex == offer().kex);
  CHECK(seen.kexinit->mac_to_client.empty());
  CHECK(seen.kexinit->compression_to_client == offer().compression_to_client);
  CHECK(build_ssh_kexinit(offer()).size() % 8 == 0);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(stream(std::string_view(bytes).substr(0, size)).kexinit);
    CHECK_FALSE(stream(std::string_view(bytes).substr(0, size)).complete);
  }
}

TEST_CASE("debug messages before the KEXINIT are passed over", "[net][ssh_wire]") {
  const std::string ignore("\x00\x00\x00\x0c\x0a\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 16);
  const auto seen = stream("SSH-2.0-x\r\n" + ignore + text_of(build_ssh_kexinit(offer())));
  CHECK(seen.kexinit);
}

TEST_CASE("a disconnect tells why", "[net][ssh_wire]") {
  ByteWriter payload;
  payload.u8(1).u32be(2).u32be(8).text("too many").u32be(0);
  ByteWriter packet;
  packet.u32be(static_cast<std::uint32_t>(payload.size() + 5)).u8(4).bytes(payload.view()).fill(4);
  const auto seen = stream("SSH-2.0-x\r\n" + std::string(as_text(packet.view())));
  CHECK(seen.complete);
  CHECK(seen.disconnect == "too many");
  CHECK_FALSE(seen.kexinit);
}

TEST_CASE("what is not SSH is soon given up", "[net][ssh_wire]") {
  CHECK(stream(std::string(kSshLineMax + 1, 'x')).complete);
  std::string lines;
  while (lines.size() <= kSshPreambleMax) lines += "hello\r\n";
  CHECK(stream(lines).complete);
  CHECK_FALSE(stream("hello\r\n").complete);
  CHECK(stream("SSH-2.0-x\r\nHTTP/1.1 400 Bad Request").complete);
  CHECK_FALSE(stream("").ident);
}

TEST_CASE("the digest of an offer depends on order and content only", "[net][ssh_wire]") {
  auto other = offer();
  CHECK(offer_digest(other) == offer_digest(offer()));
  other.host_key = {"ssh-rsa"};  // differs from host to host of one software
  CHECK(offer_digest(other) == offer_digest(offer()));
  std::swap(other.kex[0], other.kex[1]);
  CHECK(offer_digest(other) != offer_digest(offer()));
}

TEST_CASE("we name ourselves", "[net][ssh_wire]") {
  CHECK(text_of(build_ssh_ident()) == "SSH-2.0-qingdan\r\n");
}
