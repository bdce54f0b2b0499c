// covers: identify/program_writer
// What programs are asked to do; that they answer as PCRE2 does is a law of
// tests/property/identify/program_property_test.cpp.
#include <catch2/catch.hpp>

#include <string>

#include "identify/program.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

std::string answer(const Programs& programs, ProgramStart start, std::string_view value) {
  ProgramRoom room;
  const auto result = programs.run(start, Subject(value), room);
  if (result == Programs::Answer::unsure) return "unsure";
  if (result == Programs::Answer::no) return "no";
  std::string text = "yes";
  programs.captures(start, value, room, [&](auto name, auto bytes) {
    text += " " + std::string(name) + "=" + std::string(bytes);
  });
  return text;
}

std::string answer(std::string_view pattern, std::string_view value) {
  Programs programs;
  const auto start = programs.add(pattern);
  return start == 0 ? "none" : answer(programs, start, value);
}

}  // namespace

TEST_CASE("a program holds and catches", "[identify][program]") {
  constexpr auto kPattern = R"(^SSH-[\d.]+-OpenSSH_(?P<version>\d[\w.]*)(?: (?P<package>\S+))?)";
  CHECK(answer(kPattern, "SSH-2.0-OpenSSH_9.2p1 Debian-2") == "yes version=9.2p1 package=Debian-2");
  CHECK(answer(kPattern, "SSH-2.0-OpenSSH_9.2p1") == "yes version=9.2p1");
  CHECK(answer(kPattern, "SSH-2.0-openssh_9.2p1") == "no");
  CHECK(answer(kPattern, "") == "no");
  CHECK(answer("(?i)acme|apex|arx|axon|azul", "the AZUL") == "yes");
}

TEST_CASE("many alternatives are as good as few", "[identify][program]") {
  std::string pattern = "^(?:";
  for (int i = 0; i < 100; ++i) pattern += "n" + std::to_string(i) + "x|";
  pattern += "last)(?P<rest>.*)";
  CHECK(answer(pattern, "n99x7") == "yes rest=7");
  CHECK(answer(pattern, "n9x7") == "yes rest=7");
  CHECK(answer(pattern, "last one") == "yes rest= one");
  CHECK(answer(pattern, "n100x") == "no");
}

TEST_CASE("what is no program is left to PCRE2", "[identify][program]") {
  CHECK(answer("(?=a)b", "b") == "none");
  CHECK(answer("(?:a*)*b", "b") == "none");  // may go round without an end
  CHECK(answer("(?:ab){1,200}", "ab") == "none");
  // Copies of copies of copies, of which the first are too many already.
  std::string copies = "ab";
  for (int i = 0; i < 30; ++i) copies = "(?:" + copies + "){1,64}";
  CHECK(answer(copies, "ab") == "none");
  std::string many;
  for (int i = 0; i < 9; ++i) many += "(?P<n" + std::to_string(i) + ">a)";
  CHECK(answer(many, "aaaaaaaaa") == "none");
}

TEST_CASE("time is bounded, whatever the pattern", "[identify][program]") {
  const std::string value(Programs::kValueMost, 'a');
  CHECK(answer(R"(^(?:a|aa|aaa|aaaa)+b)", value.substr(0, 60)) == "unsure");
  CHECK(answer(R"(\w+\w+\w+c)", value) == "unsure");
  CHECK(answer(R"(^a+$)", value) == "yes");
}

TEST_CASE("programs are read back as they were written", "[identify][program]") {
  Programs programs;
  const auto first = programs.add(R"(^a(?P<x>\d+))");
  CHECK(programs.add("(?=a)") == 0);
  const auto second = programs.add("b(?P<y>.)$");
  ByteWriter out;
  programs.save(out);
  const Bytes bytes = std::move(out).take();
  ByteReader in(bytes);
  Programs again;
  REQUIRE(again.load(in));
  CHECK(answer(again, first, "a12") == "yes x=12");
  CHECK(answer(again, second, "xbc") == "yes y=c");
  CHECK(again.capture_count(second) == 1);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader cut(BytesView(bytes).first(size));
    CHECK_FALSE(Programs().load(cut));
  }
}
