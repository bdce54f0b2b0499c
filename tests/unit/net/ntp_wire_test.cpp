#include "qingdan/net/ntp_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

// Stratum 2, reference 192.0.2.1, origin 0x0102030405060708, transmit 2026-06-01T00:00:00.5Z.
Bytes time_sample(std::uint8_t stratum = 2) {
  ByteWriter out;
  out.u8(0x24).u8(stratum).u8(6).u8(0xE8).u32be(0x0001'0000).u32be(0x0000'8000);
  out.u32be(0xC000'0201).u64be(0).u64be(0x0102'0304'0506'0708).u64be(0);
  out.u64be((std::uint64_t{1'780'272'000} + 2'208'988'800) << 32 | 0x8000'0000U);
  return std::move(out).take();
}

Bytes control_sample(std::string_view data, std::uint16_t offset, bool more, bool error = false) {
  ByteWriter out;
  out.u8(0x16).u8(static_cast<std::uint8_t>(0x82 | (more ? 0x20 : 0) | (error ? 0x40 : 0)));
  out.u16be(77).u16be(0x0615).u16be(0).u16be(offset);
  out.u16be(static_cast<std::uint16_t>(data.size())).text(data).fill((4 - data.size() % 4) % 4);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("a client request tells nothing but the cookie", "[net][ntp]") {
  CHECK(to_hex(build_ntp_client_request(0x0102030405060708)) ==
        "23" + std::string(78, '0') + "0102030405060708");
  CHECK(to_hex(build_ntp_read_variables(77)) == "1602004d" + std::string(16, '0'));
}

TEST_CASE("a server's time is read", "[net][ntp]") {
  const auto time = parse_ntp_time(time_sample());
  REQUIRE(time);
  CHECK(time->version == 4);
  CHECK(time->mode == 4);
  CHECK(time->stratum == 2);
  CHECK(time->precision == -24);
  CHECK(time->root_delay_ms == Approx(1000.0));
  CHECK(time->root_dispersion_ms == Approx(500.0));
  CHECK(time->reference == "192.0.2.1");
  CHECK(time->origin == 0x0102030405060708);
  CHECK(time->transmit.value == 1'780'272'000'500);
  auto primary = time_sample(1);
  const auto gps = to_bytes(std::string_view("GPS\0", 4));
  std::copy(gps.begin(), gps.end(), primary.begin() + 12);
  CHECK(parse_ntp_time(primary)->reference == "GPS");
  CHECK_FALSE(parse_ntp_time(BytesView(primary).first(47)));
  CHECK_FALSE(parse_ntp_time(Bytes(48, 0)));
}

TEST_CASE("fragments are joined by offset, whatever their order", "[net][ntp]") {
  const auto first = parse_ntp_control(control_sample("version=\"ntpd 4.2.8", 0, true));
  const auto second = parse_ntp_control(control_sample("p15\", stratum=2", 19, false));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->response);
  CHECK(first->more);
  CHECK(first->operation == 2);
  CHECK(first->sequence == 77);
  CHECK_FALSE(join_ntp_control({*first}));
  CHECK_FALSE(join_ntp_control({*second}));
  const auto joined = join_ntp_control({*second, *first, *first});
  REQUIRE(joined);
  CHECK(*joined == "version=\"ntpd 4.2.8p15\", stratum=2");
}

TEST_CASE("an error of mode 6 is told apart", "[net][ntp]") {
  const auto refused = parse_ntp_control(control_sample("", 0, false, true));
  REQUIRE(refused);
  CHECK(refused->error);
}

TEST_CASE("variables are split outside of quotes only", "[net][ntp]") {
  const auto variables = parse_ntp_variables(
      "version=\"ntpd 4.2.8p15, built\", processor=\"x86_64\",\r\nstratum=2, peerless, ,=x");
  REQUIRE(variables.size() == 4);
  CHECK(variables[0].first == "version");
  CHECK(variables[0].second == "ntpd 4.2.8p15, built");
  CHECK(variables[1].second == "x86_64");
  CHECK(variables[2].second == "2");
  CHECK(variables[3].first == "peerless");
  CHECK(variables[3].second.empty());
}

TEST_CASE("a control message whose count lies is refused", "[net][ntp]") {
  auto bytes = control_sample("leap=0", 0, false);
  bytes[11] = 200;
  CHECK_FALSE(parse_ntp_control(bytes));
  bytes[10] = 0xFF;
  CHECK_FALSE(parse_ntp_control(bytes));
  CHECK_FALSE(parse_ntp_control(time_sample()));
}

TEST_CASE("damaged NTP datagrams are survived", "[net][ntp]") {
  const auto parse = [](BytesView bytes) {
    (void)parse_ntp_time(bytes);
    if (const auto control = parse_ntp_control(bytes)) {
      (void)join_ntp_control({*control});
      (void)parse_ntp_variables(control->data);
    }
  };
  test::parse_damaged(time_sample(), parse);
  test::parse_damaged(control_sample("version=\"ntpd\", stratum=2", 0, false), parse);
}
