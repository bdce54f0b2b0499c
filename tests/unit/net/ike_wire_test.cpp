#include "qingdan/net/ike_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

struct Payload {
  std::uint8_t type;
  Bytes body;
};

Bytes ike_message(std::uint8_t version, std::uint8_t exchange, std::uint8_t flags,
                  const std::vector<Payload>& payloads, std::uint64_t responder = 2) {
  ByteWriter body;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    body.u8(i + 1 < payloads.size() ? payloads[i + 1].type : 0).u8(0);
    body.u16be(static_cast<std::uint16_t>(payloads[i].body.size() + 4)).bytes(payloads[i].body);
  }
  ByteWriter out;
  out.u64be(0x8000'0000'0000'0001U).u64be(responder);
  out.u8(payloads.empty() ? 0 : payloads[0].type).u8(version).u8(exchange).u8(flags).u32be(0);
  out.u32be(static_cast<std::uint32_t>(28 + body.size())).bytes(body.view());
  return std::move(out).take();
}

// AES-256, SHA-1, pre-shared key, group 14, as a gateway chooses.
Bytes chosen_sa() {
  ByteWriter attributes;
  for (const auto& [type, value] : std::vector<std::pair<std::uint16_t, std::uint16_t>>{
           {1, 7}, {14, 256}, {2, 2}, {3, 1}, {4, 14}, {11, 1}}) {
    attributes.u16be(static_cast<std::uint16_t>(0x8000 | type)).u16be(value);
  }
  attributes.u16be(12).u16be(4).u32be(28800);
  ByteWriter out;
  const auto size = static_cast<std::uint16_t>(attributes.size() + 8);
  out.u32be(1).u32be(1).u8(0).u8(0).u16be(static_cast<std::uint16_t>(size + 8));
  out.u8(1).u8(1).u8(0).u8(1).u8(0).u8(0).u16be(size).u8(1).u8(1).u16be(0);
  out.bytes(attributes.view());
  return std::move(out).take();
}

Bytes notice(std::uint16_t type, bool version1) {
  ByteWriter out;
  if (version1) out.u32be(1);
  out.u8(1).u8(0).u16be(type);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("both first messages say their own length and carry the cookie", "[net][ike]") {
  for (const auto& request : {build_ike1_main_mode(5, false), build_ike2_init(5, false)}) {
    ByteReader reader(request);
    CHECK(reader.u64be() == 5);
    CHECK(reader.u64be() == 0);
    reader.skip(8);
    CHECK(reader.u32be() == request.size());
    CHECK_FALSE(parse_ike_reply(request));  // an echo
  }
  CHECK(build_ike1_main_mode(5, true).size() == build_ike1_main_mode(5, false).size() + 4);
  CHECK(build_ike1_main_mode(5, true)[0] == 0);
}

TEST_CASE("Main Mode's answer gives the choice and the vendor ids", "[net][ike]") {
  const auto reply = parse_ike_reply(
      ike_message(0x10, 2, 0, {{1, chosen_sa()}, {13, {0xAF, 0xCA}}, {13, {0x01}}}));
  REQUIRE(reply);
  CHECK(reply->major == 1);
  CHECK(reply->accepted);
  CHECK(reply->chosen == "enc=7 hash=2 auth=1 group=14");
  CHECK(reply->vendors == std::vector<std::string>{"afca", "01"});
  CHECK_FALSE(reply->truncated);
}

TEST_CASE("a refusal is an answer in both versions", "[net][ike]") {
  const auto first = parse_ike_reply(ike_message(0x10, 5, 0, {{11, notice(14, true)}}, 0));
  REQUIRE(first);
  CHECK_FALSE(first->accepted);
  CHECK(first->notices == std::vector<std::uint16_t>{14});
  const auto second = parse_ike_reply(ike_message(0x20, 34, 0x20, {{41, notice(14, false)}}, 0));
  REQUIRE(second);
  CHECK(second->major == 2);
  CHECK(second->notices == std::vector<std::uint16_t>{14});
}

TEST_CASE("IKE_SA_INIT's answer is read on the port of NAT too", "[net][ike]") {
  auto message = ike_message(0x20, 34, 0x20, {{33, Bytes(40, 1)}, {43, {0x88, 0x2F}}});
  message.insert(message.begin(), 4, 0);
  const auto reply = parse_ike_reply(message);
  REQUIRE(reply);
  CHECK(reply->accepted);
  CHECK(reply->chosen.empty());
  CHECK(reply->vendors == std::vector<std::string>{"882f"});
}

TEST_CASE("what is cut or foreign is said to be so", "[net][ike]") {
  auto wrong = ike_message(0x10, 2, 0, {{1, chosen_sa()}, {13, {0xAF, 0xCA}}});
  wrong[31] = 0xFF;  // the first payload longer than the message
  const auto reply = parse_ike_reply(wrong);
  REQUIRE(reply);
  CHECK(reply->truncated);
  CHECK_FALSE(parse_ike_reply(Bytes(28, 0)));
  CHECK_FALSE(parse_ike_reply(as_bytes("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")));
  test::parse_damaged(ike_message(0x10, 2, 0, {{1, chosen_sa()}, {13, {0xAF}}}),
                      [](BytesView bytes) { return parse_ike_reply(bytes); });
}
