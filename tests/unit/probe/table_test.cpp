// table — the page of all that can be sent is complete.
#include "qingdan/probe/table.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace qingdan;
using net::Transport;
using probe::PortClass;

namespace {
const std::vector<std::uint16_t> kUntouchable{515,  9100, 9101, 9102, 9103, 9104,  9105,  9106,
                                              9107, 9108, 9109, 9112, 9113, 9114,  9115,  9116,
                                              102,  502,  2404, 4840, 9600, 20000, 44818, 47808};
const probe::Setting kSetting{"192.0.2.1", "", 80, false};
}  // namespace

TEST_CASE("every entry is complete") {
  for (const auto& entry : probe::conversations()) {
    CAPTURE(entry.name);
    CHECK_FALSE(entry.name.empty());
    CHECK(entry.sends.size() > 5);
    CHECK(entry.sends.back() == '.');
    CHECK(entry.never.find("never-payload") != std::string_view::npos);
    const bool industrial = entry.runs_on == PortClass::ot_readonly;
    CHECK((entry.never.find("ot-readonly") == std::string_view::npos) == industrial);
    if (industrial) {
      // Out of reach of everything that chooses by hint, by likeness or by yield.
      CHECK(entry.yield == 0);
      CHECK(entry.kinds.empty());
      for (const auto port : entry.ports) {
        CHECK(probe::class_of({entry.transport, port}) == PortClass::ot_readonly);
        CHECK(probe::industrial_entry({entry.transport, port}) == &entry);
      }
    }
    CHECK_FALSE(entry.channels.empty());
    CHECK(entry.limits.session.count() > 0);
    CHECK(entry.limits.session <= std::chrono::seconds(30));
    CHECK(entry.limits.silence.count() > 0);
    CHECK(entry.limits.bytes > 0);
    REQUIRE(entry.make != nullptr);
    CHECK(entry.make(kSetting) != nullptr);
    // Reachable: by port, by yield, by what was heard; or it is the one that listens, or comes
    // after another.
    const bool follows =
        entry.after == "tls" || probe::find_conversation(entry.after, entry.transport) != nullptr;
    CHECK((entry.after.empty() || follows));
    const bool heard = !entry.kinds.empty() && entry.transport == Transport::tcp;
    const bool reachable = !entry.ports.empty() || !entry.second.empty() || entry.yield > 0 ||
                           heard || entry.name == "listen" || follows;
    CHECK(reachable);
  }
}

TEST_CASE("names are unique within a transport, yields among all, ports within an entry") {
  std::set<std::pair<std::string_view, Transport>> names;
  std::set<int> yields;
  for (const auto& entry : probe::conversations()) {
    CAPTURE(entry.name);
    CHECK(names.insert({entry.name, entry.transport}).second);
    CHECK(probe::find_conversation(entry.name, entry.transport) == &entry);
    if (entry.yield > 0) CHECK(yields.insert(entry.yield).second);
    const std::set<std::uint16_t> ports(entry.ports.begin(), entry.ports.end());
    CHECK(ports.size() == entry.ports.size());
    CHECK_FALSE(ports.contains(0));
  }
  CHECK(probe::find_conversation("no such", Transport::tcp) == nullptr);
}

TEST_CASE("what comes after another is chosen by nothing else", "[probe][table]") {
  for (const auto& entry : probe::conversations()) {
    if (entry.after.empty()) continue;
    CAPTURE(entry.name);
    CHECK(entry.kinds.empty());
    CHECK(entry.yield == 0);
    for (const auto port : entry.ports) {
      const auto hinted = probe::hinted({entry.transport, port});
      CHECK(std::find(hinted.begin(), hinted.end(), &entry) == hinted.end());
      const auto after = probe::asked_after(entry.after, {entry.transport, port});
      CHECK(std::find(after.begin(), after.end(), &entry) != after.end());
    }
    const auto* start = probe::start_tls_after(entry.after);
    if (entry.ports.empty()) CHECK((entry.after == "tls" ? start == nullptr : start == &entry));
  }
  CHECK(probe::asked_after("http", {Transport::tcp, 80}).empty());
  CHECK(probe::start_tls_after("ssh") == nullptr);
}

TEST_CASE("a port hints at one conversation first, and at most at one more after it") {
  const auto has = [](std::span<const std::uint16_t> ports, std::uint16_t port) {
    return std::find(ports.begin(), ports.end(), port) != ports.end();
  };
  for (unsigned port = 1; port < 65536; ++port) {
    const auto number = static_cast<std::uint16_t>(port);
    CHECK(probe::hinted({Transport::udp, number}).size() <= 1);
    const auto usual = probe::hinted({Transport::tcp, number});
    CHECK(usual.size() <= 2);
    for (std::size_t i = 0; i < usual.size(); ++i) {
      CAPTURE(port, usual[i]->name);
      CHECK(has(usual[i]->ports, number) == (i == 0));
      CHECK(has(usual[i]->second, number) == (i == 1));
    }
  }
  const auto nine = probe::hinted({Transport::tcp, 9000});
  REQUIRE(nine.size() == 2);
  CHECK(nine[0]->name == "http");
  CHECK(nine[1]->name == "fastcgi");
}

TEST_CASE("ports that must not get a payload hint at nothing, TCP and UDP") {
  for (const auto port : kUntouchable) {
    for (const auto transport : {Transport::tcp, Transport::udp}) {
      CAPTURE(port);
      CHECK(probe::class_of({transport, port}) != PortClass::normal);
      CHECK(probe::hinted({transport, port}).empty());
      for (const auto& entry : probe::conversations()) {
        if (entry.runs_on != PortClass::normal) continue;  // only by industrial_entry()
        CHECK(std::find(entry.ports.begin(), entry.ports.end(), port) == entry.ports.end());
      }
    }
    CHECK_FALSE(probe::hints_tls(port));
  }
  CHECK(probe::class_of({Transport::tcp, 9110}) == PortClass::normal);
  CHECK(probe::class_of({Transport::tcp, 22}) == PortClass::normal);
  CHECK(probe::to_string(PortClass::never_payload) == "never-payload");
}

TEST_CASE("who speaks first is sent nothing before it spoke, SSH excepted") {
  for (const auto& entry : probe::conversations()) {
    CAPTURE(entry.name);
    const auto step = entry.make(kSetting)->on_open();
    const bool silent = entry.peer_speaks_first && entry.name != "ssh";
    CHECK(step.send.empty() == silent);
    CHECK_FALSE(step.finished);
  }
}

TEST_CASE("no conversation yields a channel the table does not name for it") {
  const std::vector<std::string> said{
      "HTTP/1.1 200 OK\r\n\r\n", "SSH-2.0-x\r\n",      "220 ESMTP\r\n", "+OK\r\n", "* OK\r\n",
      std::string(64, '\0'),     "\xff\xfd\x01login: "};
  for (const auto& entry : probe::conversations()) {
    for (const auto& text : said) {
      auto conversation = entry.make(kSetting);
      conversation->on_open();
      conversation->on_received(as_bytes(text));
      conversation->on_end(probe::End::closed);
      for (const auto& heard : conversation->take()) {
        CAPTURE(entry.name, heard.channel, text);
        const bool named = std::find(entry.channels.begin(), entry.channels.end(), heard.channel) !=
                           entry.channels.end();
        CHECK((named || heard.channel == "unknown.stream"));
      }
    }
  }
}
