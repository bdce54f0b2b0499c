#include "qingdan/net/netbios_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

void put_name(ByteWriter& out, std::string name, std::uint8_t suffix, std::uint16_t flags) {
  name.resize(15, ' ');
  out.text(name).u8(suffix).u16be(flags);
}

// As a Windows machine of a domain answers.
Bytes windows_answer(std::uint16_t id) {
  ByteWriter out;
  out.u16be(id).u16be(0x8400).u16be(0).u16be(1).u16be(0).u16be(0);
  out.u8(32).text("CK").fill(30, 'A').u8(0).u16be(0x21).u16be(1).u32be(0);
  out.u16be(1 + 4 * 18 + 46).u8(4);
  put_name(out, "BANGONG-01", 0x00, 0x0400);
  put_name(out, "BANGONG-01", 0x20, 0x0400);
  put_name(out, "ZWFW", 0x00, 0x8400);
  put_name(out, "ZWFW", 0x1E, 0x8400);
  out.u8(0x00).u8(0x1B).u8(0x21).u8(0x0A).u8(0x0B).u8(0x0C).fill(40);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("a node status request asks for all names", "[net][netbios]") {
  const auto request = build_netbios_status_request(0x1234);
  CHECK(to_hex(request) ==
        "123400000001000000000000"
        "20434b41414141414141414141414141414141414141414141414141414141414100"
        "00210001");
  CHECK_FALSE(parse_netbios_status(request));  // what an echo would bring
}

TEST_CASE("a node status says names, group and adapter", "[net][netbios]") {
  const auto status = parse_netbios_status(windows_answer(7));
  REQUIRE(status);
  CHECK(status->id == 7);
  CHECK_FALSE(status->truncated);
  REQUIRE(status->names.size() == 4);
  CHECK(status->names[1].suffix == 0x20);
  CHECK(status->names[2].group);
  CHECK(status->computer() == "BANGONG-01");
  CHECK(status->group() == "ZWFW");
  CHECK(to_hex(status->unit_id) == "001b210a0b0c");
}

TEST_CASE("a cut node status keeps the names that are whole", "[net][netbios]") {
  const auto whole = windows_answer(7);
  const auto status = parse_netbios_status(BytesView(whole).first(57 + 18 + 5));
  REQUIRE(status);
  CHECK(status->truncated);
  CHECK(status->names.size() == 1);
  CHECK(status->unit_id.empty());
}

TEST_CASE("refusals and other questions are no node status", "[net][netbios]") {
  auto refusal = windows_answer(7);
  refusal[3] = 0x05;
  CHECK_FALSE(parse_netbios_status(refusal));
  auto other = windows_answer(7);
  other[47] = 0x20;  // NB instead of NBSTAT
  CHECK_FALSE(parse_netbios_status(other));
  CHECK_FALSE(parse_netbios_status(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")));
  test::parse_damaged(windows_answer(7), [](BytesView bytes) {
    const auto status = parse_netbios_status(bytes);
    if (status) CHECK(status->names.size() <= bytes.size());
  });
}
