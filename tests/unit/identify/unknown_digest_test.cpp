#include "identify/unknown_digest.h"

#include <catch2/catch.hpp>

using namespace qingdan::identify;

namespace {
Dissection with(std::vector<FieldValue> fields) {
  Dissection out;
  out.fields = std::move(fields);
  return out;
}
}  // namespace

TEST_CASE("numbers, times and tokens do not change the looks", "[identify][unknown_digest]") {
  const auto a = unknown_digest(
      "unknown.stream", with({{"unknown.stream", "ACME gate 1.2 ready at 10:22:01 id=9f3a"}}));
  const auto b = unknown_digest(
      "unknown.stream", with({{"unknown.stream", "ACME gate 1.3 ready at 11:02:59 id=77bc"}}));
  const auto c = unknown_digest(
      "unknown.stream", with({{"unknown.stream", "ACME door 1.2 ready at 10:22:01 id=9f3a"}}));
  CHECK(a == b);
  CHECK(a != c);
}

TEST_CASE("of a web answer the headers and the title make the looks",
          "[identify][unknown_digest]") {
  const auto page = [](const char* title, const char* body, const char* cookie) {
    return unknown_digest(
        "http.response",
        with({{"http_header.cookie", cookie}, {"html_title", title}, {"http.body", body}}));
  };
  CHECK(page("a", "x", "sid=1; Path=/") == page("a", "y", "sid=2; Path=/x"));
  CHECK(page("a", "x", "sid=1") != page("b", "x", "sid=1"));
  CHECK(page("a", "x", "sid=1") != page("a", "x", "uid=1"));
}
