// dtls — the two hellos and what is heard after them, on recorded flights.
#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "probe/cookie.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/dtls_wire.h"
#include "qingdan/net/frames.h"
#include "unit/probe/recorded_peer.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::probe;
namespace channel = model::channel;

namespace {

std::vector<Bytes> recorded(const std::string& name) {
  const auto framed = test::seed("dtls_wire/" + name);
  std::vector<Bytes> all;
  for (const auto one : net::split_messages(framed).messages)
    all.emplace_back(one.begin(), one.end());
  return all;
}

test::Played play(const std::vector<Bytes>& says) {
  return test::play_datagrams(*make_dtls(test::setting_of(4433)), says);
}

const Bytes kRefusal{21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40};

}  // namespace

TEST_CASE("the cookie is shown once, the flight heard, and the server told goodbye",
          "[probe][dtls]") {
  for (const std::string name : {"openssl_dtls12_rsa", "openssl_dtls12_small", "openssl_dtls10",
                                 "openssl_dtls12_psk", "gnutls_dtls12"}) {
    CAPTURE(name);
    const auto says = recorded(name);
    const auto played = play(says);
    CHECK(played.finished);
    REQUIRE(played.sent.size() == 3);
    const auto seed = cookie_of(test::setting_of(4433));
    const auto cookie = net::parse_dtls_reply(says[0])->cookie;
    REQUIRE(cookie);
    CHECK(played.sent[0] == net::build_dtls_client_hello(seed));
    CHECK(played.sent[1] == net::build_dtls_client_hello(seed, *cookie));
    CHECK(played.sent[2] == net::build_dtls_goodbye(name == "openssl_dtls10" ? 0xFEFF : 0xFEFD));
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == channel::kDtls);
    CHECK(played.heard[0].raw == net::frame_messages(says));
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("cookies again and again are answered once", "[probe][dtls]") {
  const auto says = recorded("openssl_dtls12_rsa");
  const auto played = play(std::vector<Bytes>(200, says[0]));
  CHECK(played.finished);
  CHECK(played.sent.size() == 2);
  CHECK(played.heard.at(0).channel == channel::kDtls);
  // An empty cookie is no more than none.
  Bytes empty{22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15};
  for (const auto byte : Bytes{3, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0xFE, 0xFF, 0})
    empty.push_back(byte);
  CHECK(play({empty}).sent.size() == 1);
}

TEST_CASE("who refuses, before or after the cookie, is told nothing", "[probe][dtls]") {
  const auto says = recorded("openssl_dtls12_rsa");
  for (const auto& all : {std::vector<Bytes>{kRefusal}, std::vector<Bytes>{says[0], kRefusal}}) {
    const auto played = play(all);
    CHECK(played.finished);
    CHECK(played.sent.size() == all.size());
    CHECK(played.heard.at(0).raw == net::frame_messages(all));
    CHECK_FALSE(played.heard.at(0).truncated);
  }
}

TEST_CASE("a flight that never ends is cut, one that stops is kept as it is", "[probe][dtls]") {
  const auto says = recorded("openssl_dtls12_rsa");
  // The hello, then the same part of a certificate for ever.
  std::vector<Bytes> endless{says[0], says[1]};
  for (int i = 0; i < 300; ++i) endless.push_back(says[2]);
  const auto cut = play(endless);
  CHECK(cut.finished);
  CHECK(cut.sent.size() == 3);
  CHECK(cut.heard.at(0).truncated);
  CHECK(net::split_messages(cut.heard.at(0).raw).messages.size() == 64);
  const auto stopped = play({says[0], says[1], says[2]});
  CHECK_FALSE(stopped.finished);
  CHECK(stopped.sent.size() == 2);
  CHECK(stopped.heard.at(0).truncated);
  // 64 KiB in few datagrams.
  Bytes padded = says[1];
  for (int i = 0; i < 1500; ++i)
    padded.insert(padded.end(), kRefusal.begin(), kRefusal.begin() + 9);
  padded.resize(says[1].size() + 20'000);
  CHECK(play(std::vector<Bytes>(50, padded)).finished);
}

TEST_CASE("noise and foreign peers are strays", "[probe][dtls]") {
  const auto says = recorded("openssl_dtls12_psk");
  const auto played = play({to_bytes("noise"), says[0], to_bytes("noise"), says[1]});
  CHECK(played.finished);
  CHECK(played.heard.at(0).raw == net::frame_messages({says[0], says[1]}));
  auto foreign = test::foreign_peers();
  foreign.push_back(make_dtls(test::setting_of(4433))->on_open().send);
  for (const auto& bytes : foreign) {
    const auto ended = play(std::vector<Bytes>(50, bytes));
    CHECK(ended.finished);
    REQUIRE(ended.heard.size() == 1);
    CHECK(ended.heard[0].channel == channel::kUnknown);
  }
}
