// mysql, vnc, telnet, listen — peers that speak first, on recorded bytes.
// covers: probe/mysql probe/vnc probe/telnet probe/listen
#include <catch2/catch.hpp>
#include <string>

#include "probe/conversations.h"
#include "probe/listen.h"
#include "qingdan/net/mysql_wire.h"
#include "recorded_peer.h"

using namespace qingdan;
using namespace std::string_literals;

namespace {

struct Spoken {
  std::string sent;
  bool finished{false};
  std::vector<probe::Heard> heard;
};

Spoken hear(probe::Conversation& conversation, const std::vector<std::string>& says,
            probe::End end = probe::End::silence) {
  Spoken spoken;
  Bytes received;
  const auto on = [&](const probe::Step& step) {
    spoken.sent += as_text(step.send);
    spoken.finished = spoken.finished || step.finished;
  };
  on(conversation.on_open());
  for (const auto& text : says) {
    if (spoken.finished) break;
    const auto bytes = to_bytes(text);
    received.insert(received.end(), bytes.begin(), bytes.end());
    on(conversation.on_received(received));
  }
  if (!spoken.finished) conversation.on_end(end);
  spoken.heard = conversation.take();
  return spoken;
}

std::string channel(const Spoken& spoken) {
  return spoken.heard.empty() ? "" : spoken.heard.front().channel;
}

}  // namespace

TEST_CASE("mysql is read and sent nothing", "[probe][mysql]") {
  net::MysqlGreeting greeting;
  greeting.handshake.emplace();
  greeting.handshake->version = "8.0.36";
  const auto packet = net::build_mysql_greeting(greeting);
  const auto text = std::string(as_text(packet));
  const auto whole = hear(*probe::make_mysql(test::setting_of(3306)), {text});
  CHECK(whole.sent.empty());
  CHECK(whole.finished);
  CHECK(channel(whole) == "mysql.handshake");
  CHECK(whole.heard[0].raw == packet);
  const auto cut = hear(*probe::make_mysql(test::setting_of(3306)), {text.substr(0, 20)});
  CHECK_FALSE(cut.finished);
  CHECK(cut.heard.at(0).truncated);
  CHECK(channel(hear(*probe::make_mysql(test::setting_of(3306)), {"SSH-2.0-x\r\n"})) ==
        "unknown.stream");
}

TEST_CASE("vnc answers with a version the server has, and chooses nothing", "[probe][vnc]") {
  const auto spoken =
      hear(*probe::make_vnc(test::setting_of(5900)), {"RFB 003.008\n", "\x02\x01\x02"s});
  CHECK(spoken.sent == "RFB 003.008\n");
  CHECK(spoken.finished);
  CHECK(channel(spoken) == "vnc.stream");
  CHECK_FALSE(spoken.heard[0].truncated);
  const auto old =
      hear(*probe::make_vnc(test::setting_of(5900)), {"RFB 003.003\n", "\x00\x00\x00\x02"s});
  CHECK(old.sent == "RFB 003.003\n");
  CHECK(channel(hear(*probe::make_vnc(test::setting_of(5900)), {"220 ftp\r\n"})) ==
        "unknown.stream");
}

TEST_CASE("telnet refuses each option once and types nothing", "[probe][telnet]") {
  const auto spoken = hear(*probe::make_telnet(test::setting_of(23)),
                           {"\xff\xfd\x18"s, "\xff\xfb\x01"s, "\xff\xfb\x01"s, "login: "});
  CHECK(spoken.sent == "\xff\xfc\x18\xff\xfe\x01"s);
  CHECK(channel(spoken) == "telnet.stream");
  CHECK_FALSE(spoken.heard[0].truncated);
  CHECK(as_text(spoken.heard[0].raw).ends_with("login: "));
}

TEST_CASE("a bare prompt is Telnet on its port and nobody's elsewhere", "[probe][telnet]") {
  CHECK(channel(hear(*probe::make_telnet(test::setting_of(23)), {"Username:"})) == "telnet.stream");
  CHECK(channel(hear(*probe::make_telnet(test::setting_of(40000)), {"Username:"})) ==
        "unknown.stream");
}

TEST_CASE("listen hears until it can tell, and claims nothing", "[probe][listen]") {
  const auto known = hear(*probe::make_listen(test::setting_of(40000)), {"SSH-2.0-x\r\n"});
  CHECK(known.finished);
  CHECK(channel(known) == "unknown.stream");
  const auto unknown = hear(*probe::make_listen(test::setting_of(40000)), {"hi\n"});
  CHECK_FALSE(unknown.finished);
  CHECK(unknown.sent.empty());
  CHECK(hear(*probe::make_listen(test::setting_of(40000)), {}).heard.empty());
}
