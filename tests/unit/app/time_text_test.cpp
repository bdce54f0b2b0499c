#include "app/time_text.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using app::parse_time;

TEST_CASE("a time is a day, with or without hours", "[app][time_text]") {
  for (const std::string text :
       {"2026-11-28 03:20:05", "2026-11-28 03:20:00", "2026-11-28 00:00:00"}) {
    const auto time = parse_time(text, "--from");
    REQUIRE(time);
    CHECK(format_local(*time) == text);
  }
  CHECK(*parse_time("2026-11-28T03:20", "--from") == *parse_time("2026-11-28 03:20:00", "--from"));
  CHECK(*parse_time("2026-11-28", "--from") == *parse_time("2026-11-28 00:00", "--from"));
}

TEST_CASE("what is no time is wrong usage", "[app][time_text]") {
  for (const char* text : {"", "yesterday", "2026-02-30", "2026-11-28 25:00", "2026-11-28 03:60",
                           "2026-11-28 03:20:05x", "2026-11-28x03:20", "03:20"}) {
    INFO(text);
    const auto time = parse_time(text, "--from");
    REQUIRE_FALSE(time);
    CHECK(time.error().code == ErrorCode::usage);
    CHECK(time.error().text.find("--from") == 0);
  }
}
