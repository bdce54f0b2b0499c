// What devices and ORBs would answer to our questions, built from the questions: parse(build(x)) =
// x, on seeded chance.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"
#include "qingdan/net/camera_wire.h"
#include "qingdan/net/capwap_wire.h"
#include "qingdan/net/giop_wire.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

constexpr int kRounds = 200;

std::string random_word(Rng& rng, std::size_t most) {
  std::string word(1 + static_cast<std::size_t>(rng.below(most)), 'x');
  for (auto& c : word) c = static_cast<char>('a' + rng.below(26));
  return word;
}

void element(ByteWriter& out, std::uint16_t type, BytesView value) {
  out.u16be(type).u16be(static_cast<std::uint16_t>(value.size())).bytes(value);
}

}  // namespace

TEST_CASE("a controller's answer has the number of the question and its name", "[property]") {
  Rng rng(21);
  for (int round = 0; round < kRounds; ++round) {
    const auto sequence = static_cast<std::uint8_t>(rng.below(256));
    const auto request = build_capwap_discovery(sequence);
    REQUIRE(request[12] == sequence);
    REQUIRE_FALSE(parse_capwap_answer(request));
    const auto name = random_word(rng, 64);
    const auto version = random_word(rng, 40);
    const auto vendor = 1 + static_cast<std::uint32_t>(rng.below(60'000));
    ByteWriter descriptor;
    descriptor.fill(12).u32be(vendor).u16be(5).u16be(static_cast<std::uint16_t>(version.size()));
    descriptor.text(version);
    ByteWriter elements;
    element(elements, 1, descriptor.view());
    element(elements, 4, as_bytes(name));
    ByteWriter answer;
    // The header of the question, then a Discovery Response under its number.
    answer.bytes(BytesView(request).first(8)).u32be(2).u8(sequence);
    answer.u16be(static_cast<std::uint16_t>(elements.size() + 3)).u8(0).bytes(elements.view());
    const auto read = parse_capwap_answer(answer.view());
    REQUIRE(read);
    REQUIRE(read->sequence == sequence);
    REQUIRE(read->name == name);
    REQUIRE(read->vendor == vendor);
    REQUIRE(read->software == version);
  }
}

TEST_CASE("an answer to SADP is known by the number of its inquiry alone", "[property]") {
  Rng rng(22);
  for (int round = 0; round < kRounds; ++round) {
    const auto id = rng.next();
    const std::string inquiry(as_text(build_sadp_inquiry(id)));
    const auto begin = inquiry.find("<Uuid>");
    const auto end = inquiry.find("<Types>");
    const auto model = random_word(rng, 60);
    const auto answer = "<ProbeMatch>" + inquiry.substr(begin, end - begin) +
                        "<DeviceDescription>" + model + "</DeviceDescription></ProbeMatch>";
    REQUIRE(answers_inquiry(as_bytes(answer), id));
    REQUIRE_FALSE(answers_inquiry(as_bytes(answer), rng.next()));
    const auto read = parse_sadp_device(as_bytes(answer));
    REQUIRE(read);
    REQUIRE(read->model == model);
  }
}

TEST_CASE("a notice framed as the search is comes back as said", "[property]") {
  Rng rng(23);
  const auto search = build_dahua_search();
  for (int round = 0; round < kRounds; ++round) {
    const auto model = random_word(rng, 60);
    const auto text = fmt::format(
        R"({{"method":"client.notifyDevInfo","params":{{"deviceInfo":{{"DeviceType":"{}"}}}}}})",
        model);
    ByteWriter answer;
    const auto size = static_cast<std::uint32_t>(text.size());
    answer.bytes(BytesView(search).first(16)).u32le(size).u32le(0).u32le(size).u32le(0).text(text);
    const auto read = parse_dahua_device(answer.view());
    REQUIRE(read);
    REQUIRE(read->model == model);
  }
}

TEST_CASE("a reference in either byte order comes back", "[property]") {
  Rng rng(24);
  for (int round = 0; round < kRounds; ++round) {
    const auto type = "IDL:" + random_word(rng, 80) + ":1.0";
    const auto host = random_word(rng, 60);
    const auto port = static_cast<std::uint16_t>(1 + rng.below(65'535));
    const bool little = rng.below(2) == 1;
    const auto number = [&](ByteWriter& out, std::uint32_t value) {
      out.fill((4 - out.size() % 4) % 4);
      little ? out.u32le(value) : out.u32be(value);
    };
    const auto text = [&](ByteWriter& out, const std::string& value) {
      number(out, static_cast<std::uint32_t>(value.size() + 1));
      out.text(value).u8(0);
    };
    ByteWriter profile;
    profile.u8(little ? 1 : 0).u8(1).u8(0);
    text(profile, host);
    profile.fill(profile.size() % 2);
    little ? profile.u16le(port) : profile.u16be(port);
    number(profile, 0);
    ByteWriter body;  // begins at 12, a multiple of four
    number(body, 1);
    number(body, 2);
    text(body, type);
    number(body, 1);
    number(body, 0);
    number(body, static_cast<std::uint32_t>(profile.size()));
    body.bytes(profile.view());
    ByteWriter message;
    message.text("GIOP").u8(1).u8(2).u8(little ? 1 : 0).u8(4);
    number(message, static_cast<std::uint32_t>(body.size()));
    message.bytes(body.view());
    const auto read = parse_giop(message.view());
    REQUIRE(read);
    REQUIRE(read->type_id == type);
    REQUIRE(read->host == host);
    REQUIRE(read->port == port);
  }
}
