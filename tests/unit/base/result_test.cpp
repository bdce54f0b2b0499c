#include "qingdan/base/result.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

using namespace qingdan;

TEST_CASE("a result holds a value or an error", "[base][result]") {
  const Result<int> good(7);
  REQUIRE(good.has_value());
  CHECK(*good == 7);
  const Result<int> bad(Error{ErrorCode::io, "disk full", {}});
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == ErrorCode::io);
  CHECK(bad.error().text == "disk full");
}

TEST_CASE("a value that cannot be copied moves out", "[base][result]") {
  Result<std::unique_ptr<int>> made(std::make_unique<int>(3));
  const std::unique_ptr<int> out = *std::move(made);
  REQUIRE(out);
  CHECK(*out == 3);
}

TEST_CASE("a result may hold an error type's own neighbours", "[base][result]") {
  // A text is a value here, not an error.
  const Result<std::string> text(std::string("x"));
  REQUIRE(text.has_value());
  CHECK(text->size() == 1);
}

TEST_CASE("a result without value succeeds unless told otherwise", "[base][result]") {
  CHECK(Result<void>().has_value());
  const Result<void> bad(Error{ErrorCode::refused, "no", {}});
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().text == "no");
}

TEST_CASE("the trail names the outer place first", "[base][result]") {
  const Error error{ErrorCode::io, "no space", {}};
  const auto deeper = error.in("sqlite: write").in("registry: apply");
  CHECK(deeper.trail == "registry: apply: sqlite: write");
  CHECK(deeper.text == "no space");
  CHECK(deeper.code == ErrorCode::io);
  CHECK(error.trail.empty());
}
