#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/frames.h"
#include "qingdan/net/ntp_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;

namespace {

Bytes time_answer(const Bytes& request) {
  ByteWriter out;
  out.u8(0x24).u8(2).fill(22).bytes(BytesView(request).subspan(40, 8)).fill(8).u64be(1ULL << 63);
  return std::move(out).take();
}

Bytes control_answer(const Bytes& request, std::string_view data, std::uint16_t offset,
                     std::uint8_t bits) {
  ByteWriter out;
  out.u8(0x16).u8(static_cast<std::uint8_t>(0x82 | bits)).bytes(BytesView(request).subspan(2, 2));
  out.u32be(0).u16be(offset).u16be(static_cast<std::uint16_t>(data.size())).text(data);
  return std::move(out).take();
}

struct Asked {
  Bytes time;
  Bytes variables;
};
Asked questions() {
  auto conversation = make_ntp(test::setting_of(123));
  Asked asked;
  asked.time = conversation->on_open().send;
  asked.variables = conversation->on_received(time_answer(asked.time)).send;
  return asked;
}

}  // namespace

TEST_CASE("a time server is asked for the time, then for its variables", "[probe][ntp]") {
  const auto asked = questions();
  REQUIRE(asked.time.size() == 48);
  REQUIRE(asked.variables.size() == 12);
  auto conversation = make_ntp(test::setting_of(123));
  const auto played = test::play_datagrams(
      *conversation, {time_answer(asked.time), control_answer(asked.variables, "r=\"4.2.8\"", 9, 0),
                      control_answer(asked.variables, "system=1,", 0, 0x20)});
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kNtp);
  CHECK_FALSE(played.heard[0].truncated);
  CHECK(net::split_messages(played.heard[0].raw).messages.size() == 3);
}

TEST_CASE("a server that keeps its variables to itself is whole with its time", "[probe][ntp]") {
  const auto asked = questions();
  auto silent = make_ntp(test::setting_of(123));
  const auto played = test::play_datagrams(*silent, {time_answer(asked.time)});
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kNtp);
  CHECK_FALSE(played.heard[0].truncated);
  auto refusing = make_ntp(test::setting_of(123));
  CHECK(test::play_datagrams(
            *refusing, {time_answer(asked.time), control_answer(asked.variables, "", 0, 0x40)})
            .finished);
}

TEST_CASE("a time that answers another's question earns no second one", "[probe][ntp]") {
  auto asked = questions();
  asked.time[47] ^= 1;
  auto conversation = make_ntp(test::setting_of(123));
  const auto played = test::play_datagrams(*conversation, {time_answer(asked.time)});
  CHECK(played.sent.size() == 1);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kNtp);
}

TEST_CASE("fragments without end are bounded", "[probe][ntp]") {
  const auto asked = questions();
  std::vector<Bytes> says = {time_answer(asked.time)};
  for (int i = 0; i < 100; ++i) says.push_back(control_answer(asked.variables, "a=1,", 0, 0x20));
  auto conversation = make_ntp(test::setting_of(123));
  const auto played = test::play_datagrams(*conversation, says);
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].truncated);
  CHECK(net::split_messages(played.heard[0].raw).messages.size() == 17);
}

TEST_CASE("ntp claims no datagram that is too short to be time", "[probe][ntp]") {
  auto conversation = make_ntp(test::setting_of(123));
  const auto played = test::play_datagrams(*conversation, {to_bytes("SIP/2.0 200 OK\r\n\r\n")});
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kUnknown);
}
