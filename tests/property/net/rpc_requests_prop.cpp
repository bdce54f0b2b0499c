// Middleware's frames: what is laid out is what is read, and numbers survive, on seeded chance.
#include <catch2/catch.hpp>
#include <set>

#include "net/ber.h"
#include "qingdan/base/rng.h"
#include "qingdan/net/kerberos_wire.h"
#include "qingdan/net/rpc_wire.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

constexpr int kRounds = 500;

std::string random_word(Rng& rng, std::size_t most) {
  return std::string(1 + rng.below(most), static_cast<char>('a' + rng.below(26)));
}

}  // namespace

TEST_CASE("a request of Kerberos carries its number and is well-formed", "[property][kerberos]") {
  Rng rng(1);
  for (int round = 0; round < kRounds; ++round) {
    const auto nonce = static_cast<std::uint32_t>(rng.next());
    const auto request = build_kerberos_request(nonce);
    REQUIRE(request.size() == build_kerberos_request(0).size());
    ByteReader outer(request);
    const auto message = ber::next(outer, 0x6A);
    REQUIRE(message);
    REQUIRE(outer.at_end());
    // [7] of the body: all that differs.
    const Bytes field{0xA7, 0x06, 0x02, 0x04};
    const auto at = std::search(request.begin(), request.end(), field.begin(), field.end());
    REQUIRE(at != request.end());
    ByteReader number(BytesView(request).subspan(at - request.begin() + 4));
    REQUIRE(number.u32be() == (0x4000'0000U | (nonce & 0x3FFF'FFFFU)));
  }
}

TEST_CASE("every number of a RocketMQ release is another text", "[property][rocketmq]") {
  std::set<std::string> texts;
  for (int ordinal = 16; ordinal <= 611; ++ordinal) {
    const auto text = rocketmq_version_text(ordinal);
    CAPTURE(ordinal, text);
    REQUIRE(texts.insert(text).second);
    REQUIRE(text.ends_with("-SNAPSHOT") == (ordinal % 2 == 0));
  }
}

TEST_CASE("a header of RocketMQ is read as laid out, in both forms", "[property][rocketmq]") {
  Rng rng(2);
  for (int round = 0; round < kRounds; ++round) {
    const auto code = static_cast<std::uint16_t>(rng.below(300));
    const auto version = static_cast<std::uint16_t>(rng.below(612));
    const auto remark = random_word(rng, 200);
    const bool json = rng.below(2) == 0;
    ByteWriter header;
    if (json) {
      header.text("{\"code\":" + std::to_string(code) + ",\"flag\":1,\"opaque\":1,\"remark\":\"" +
                  remark + "\",\"version\":" + std::to_string(version) + "}");
    } else {
      header.u16be(code).u8(0).u16be(version).u32be(1).u32be(1);
      header.u32be(static_cast<std::uint32_t>(remark.size())).text(remark).u32be(0);
    }
    ByteWriter out;
    out.u32be(static_cast<std::uint32_t>(4 + header.size())).u8(json ? 0 : 1);
    out.u24be(static_cast<std::uint32_t>(header.size())).bytes(header.view());
    const auto answer = parse_rocketmq(std::move(out).take());
    REQUIRE(answer);
    REQUIRE(answer->code == code);
    REQUIRE(answer->version == version);
    REQUIRE(answer->remark == remark);
  }
}

TEST_CASE("the properties of a WireFormatInfo are read in any order", "[property][openwire]") {
  Rng rng(3);
  for (int round = 0; round < kRounds; ++round) {
    const auto version = random_word(rng, 30), platform = random_word(rng, 300);
    std::vector<Bytes> entries;
    const auto add = [&entries](std::string_view name, std::string_view value) {
      ByteWriter entry;
      entry.u16be(static_cast<std::uint16_t>(name.size())).text(name).u8(9);
      entry.u16be(static_cast<std::uint16_t>(value.size())).text(value);
      entries.push_back(std::move(entry).take());
    };
    add("ProviderVersion", version);
    add("PlatformDetails", platform);
    add("Other", "x");
    std::swap(entries[0], entries[static_cast<std::size_t>(rng.below(3))]);
    ByteWriter body;
    body.u8(1).text("ActiveMQ").u32be(9).u8(1).u32be(0).u32be(3);
    for (const auto& entry : entries) body.bytes(entry);
    ByteWriter out;
    out.u32be(static_cast<std::uint32_t>(body.size())).bytes(body.view());
    const auto info = parse_openwire(std::move(out).take());
    REQUIRE(info);
    REQUIRE(info->provider_version == version);
    REQUIRE(info->platform == platform);
  }
}
