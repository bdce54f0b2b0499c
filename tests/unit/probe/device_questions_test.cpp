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
