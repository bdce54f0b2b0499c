// device_questions — what devices of the network answer to one datagram.
// covers: probe/table_devices
#include <catch2/catch.hpp>

#include "qingdan/probe/table.h"
#include "unit/probe/recorded_peer.h"
#include "unit/seed.h"

using namespace qingdan;
using qingdan::test::seed;

namespace {

const probe::ConversationEntry& asked_at(std::uint16_t port) {
  const auto usual = probe::hinted({net::Transport::udp, port});
  REQUIRE(usual.size() == 1);
  return *usual[0];
}

void claims_nothing_else(const probe::ConversationEntry& entry, std::uint16_t port) {
  auto foreign = test::foreign_peers();
  foreign.push_back(entry.make(test::setting_of(port))->on_open().send);  // an echo
  for (const auto& bytes : foreign) {
    const auto conversation = entry.make(test::setting_of(port));
    for (const auto& heard : test::play_datagrams(*conversation, {bytes}).heard) {
      CHECK(heard.channel == "unknown.stream");
    }
  }
}

}  // namespace

TEST_CASE("a wireless controller answers under the number of the question",
          "[probe][device_questions]") {
  const auto& entry = asked_at(5246);
  CHECK(entry.name == "capwap");
  const auto conversation = entry.make(test::setting_of(5246));
  const auto request = conversation->on_open().send;
  auto answer = seed("capwap_wire/h3c");
  auto other = answer;
  answer.at(12) = request.at(12);
  other.at(12) = static_cast<std::uint8_t>(request.at(12) + 1);
  const auto played = test::play_datagrams(*conversation, {other, answer});
  CHECK(played.finished);
  CHECK(played.sent.size() == 1);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == "capwap.discovery");
  CHECK(played.heard[0].raw == answer);
  claims_nothing_else(entry, 5246);
}

TEST_CASE("a camera of Dahua answers one datagram without a login", "[probe][device_questions]") {
  const auto& entry = asked_at(37810);
  CHECK(entry.name == "dahua");
  const auto answer = seed("camera_wire/dahua_ipc");
  const auto conversation = entry.make(test::setting_of(37810));
  const auto played = test::play_datagrams(*conversation, {to_bytes("DHIP"), answer});
  CHECK(played.finished);
  CHECK(played.sent.size() == 1);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == "dahua.discovery");
  CHECK(played.heard[0].raw == answer);
  claims_nothing_else(entry, 37810);
}

TEST_CASE("a camera of Hikvision answers the inquiry that asked it", "[probe][device_questions]") {
  const auto& entry = asked_at(37020);
  CHECK(entry.name == "sadp");
  const auto conversation = entry.make(test::setting_of(37020));
  const std::string request(as_text(conversation->on_open().send));
  const auto begin = request.find("<Uuid>");
  const auto id = request.substr(begin, request.find("</Uuid>") - begin);
  // The answer to somebody else's inquiry, then ours.
  const auto other = seed("camera_wire/sadp_camera");
  const auto answer =
      to_bytes("<ProbeMatch>" + id + "</Uuid><MAC>44-19-b6-00-00-01</MAC></ProbeMatch>");
  const auto played = test::play_datagrams(*conversation, {other, answer});
  CHECK(played.finished);
  CHECK(played.sent.size() == 1);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == "hikvision.discovery");
  CHECK(played.heard[0].raw == answer);
  claims_nothing_else(entry, 37020);
}
