// telnet_wire — commands, text and refusals.
#include "qingdan/net/telnet_wire.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan;
using namespace qingdan::net;
using namespace std::string_literals;

namespace {
TelnetStream stream(std::string_view text) { return parse_telnet(as_bytes(text)); }
}  // namespace

TEST_CASE("text is freed of commands", "[net][telnet_wire]") {
  const auto seen = stream("\xFF\xFD\x18\xFF\xFB\x01Ubuntu\r\0\nlog\xFF\xFFin: "s);
  CHECK(seen.text == "Ubuntu\r\nlog\xFFin: ");
  CHECK(seen.commands == std::vector<TelnetCommand>{{253, 24}, {251, 1}});
  CHECK_FALSE(seen.cut);
}

TEST_CASE("subnegotiations and short commands leave no text", "[net][telnet_wire]") {
  const auto seen = stream(
      "a\xFF\xFA\x18\x01\xFF\xFFx\xFF\xF0\xFF\xF9"
      "b"s);
  CHECK(seen.text == "ab");
  CHECK(seen.commands.empty());
}

TEST_CASE("a stream cut inside a command says so", "[net][telnet_wire]") {
  CHECK(stream("a\xFF").cut);
  CHECK(stream("a\xFF\xFD").cut);
  CHECK(stream("a\xFF\xFA\x18").cut);
  CHECK(stream("a\xFF\xFA\x18\xFF").cut);
  CHECK(stream("a\xFF\xFD").text == "a");
  CHECK_FALSE(stream("").cut);
}

TEST_CASE("requests are declined once", "[net][telnet_wire]") {
  const auto seen = stream("\xFF\xFD\x18\xFF\xFB\x01\xFF\xFC\x05\xFF\xFE\x06\xFF\xFD\x18"s);
  CHECK(as_text(build_refusals(seen, 0)) == "\xFF\xFC\x18\xFF\xFE\x01"s);
  CHECK(as_text(build_refusals(seen, 1)) == "\xFF\xFE\x01"s);
  CHECK(build_refusals(seen, 4).empty());  // the same request again
  CHECK(build_refusals(seen, 99).empty());
}

TEST_CASE("a peer that negotiates for ever is bounded", "[net][telnet_wire]") {
  std::string endless;
  for (int i = 0; i < 10000; ++i) endless += "\xFF\xFD"s + static_cast<char>(i % 250);
  CHECK(stream(endless).commands.size() == kTelnetCommandsMax);
}
