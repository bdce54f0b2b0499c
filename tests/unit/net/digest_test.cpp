// digest — known answers.
#include "qingdan/net/digest.h"

#include <catch2/catch.hpp>
#include <string>

#include "qingdan/base/text.h"

using namespace qingdan;
using namespace qingdan::net;

TEST_CASE("SHA-256 and MD5 give the published answers", "[net][digest]") {
  // FIPS 180-4 example "abc"; RFC 1321 §A.5.
  CHECK(sha256_hex(as_bytes("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(md5_hex(as_bytes("message digest")) == "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("HMAC-SHA-256 gives the published answer", "[net][digest]") {
  const auto made = hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
  CHECK(to_hex(made) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231 §4.3
}

TEST_CASE("pieces hash as their whole", "[net][digest]") {
  Sha256 pieces;
  pieces.update(as_bytes("a")).update({}).update(as_bytes("bc"));
  Sha256 moved = std::move(pieces);
  CHECK(moved.hex() == sha256_hex(as_bytes("abc")));
}

TEST_CASE("MurmurHash3 gives the reference answers for every tail length", "[net][digest]") {
  CHECK(murmur3_x86_32({}) == 0);
  CHECK(murmur3_x86_32({}, 1) == 0x514E28B7);
  CHECK(murmur3_x86_32({}, 0xFFFFFFFF) == static_cast<std::int32_t>(0x81F16F39));
  const Bytes bytes{0x21, 0x43, 0x65, 0x87};
  CHECK(murmur3_x86_32(bytes) == static_cast<std::int32_t>(0xF55B516B));
  CHECK(murmur3_x86_32(BytesView(bytes).first(3)) == 0x7E4A8634);
  CHECK(murmur3_x86_32(BytesView(bytes).first(2)) == static_cast<std::int32_t>(0xA0F7B07A));
  CHECK(murmur3_x86_32(BytesView(bytes).first(1)) == 0x72661CF4);
  CHECK(murmur3_x86_32(as_bytes("Hello, world!"), 0x9747B28C) == 0x24884CBA);
}

TEST_CASE("the favicon hash runs over broken base64 lines", "[net][digest]") {
  const Bytes icon(120, 0);  // base64 of 160 characters: lines of 76, 76 and 8
  const std::string lines =
      std::string(76, 'A') + "\n" + std::string(76, 'A') + "\n" + std::string(8, 'A') + "\n";
  CHECK(favicon_mmh3(icon) == murmur3_x86_32(as_bytes(lines)));
  // Exactly one line: no second line end.
  CHECK(favicon_mmh3(Bytes(57, 0)) == murmur3_x86_32(as_bytes(std::string(76, 'A') + "\n")));
  CHECK(favicon_mmh3({}) == 0);
}
