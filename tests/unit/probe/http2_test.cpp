// http2 — a page in frames, in one request.
#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "recorded_peer.h"
#include "unit/seed.h"

using namespace qingdan;

TEST_CASE("the page of a server of HTTP/2 comes as one of HTTP/1.1 would", "[probe][http2]") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{64}, std::size_t{4096}}) {
    const auto talk = probe::make_http2(test::setting_of(8080));
    const auto played = test::play_stream(*talk, {test::seed("h2_exchange/nghttpd")}, piece);
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == "http.response");
    CHECK_FALSE(played.heard[0].truncated);
    CHECK(as_text(played.heard[0].raw).starts_with("HTTP/2 200\r\n"));
  }
}

TEST_CASE("what is no HTTP/2 is kept as it came", "[probe][http2]") {
  const auto talk = probe::make_http2(test::setting_of(8080));
  const auto played = test::play_stream(*talk, {to_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")}, 64);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == "unknown.stream");
  const auto silent = probe::make_http2(test::setting_of(8080));
  CHECK(test::play_stream(*silent, {}, 64).heard.empty());
}
