#include "qingdan/base/handle.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <utility>

using qingdan::UniqueFd;

namespace {
UniqueFd opened() { return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }
bool is_open(int fd) { return fcntl(fd, F_GETFD) != -1; }
}  // namespace

TEST_CASE("a descriptor closes with its owner", "[base][handle]") {
  int number = -1;
  {
    const auto fd = opened();
    REQUIRE(fd);
    number = fd.get();
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("moving hands the descriptor over", "[base][handle]") {
  auto first = opened();
  const int number = first.get();
  auto second = std::move(first);
  CHECK_FALSE(first);  // NOLINT: a moved-from handle owns nothing
  CHECK(second.get() == number);
  auto third = opened();
  const int other = third.get();
  third = std::move(second);
  CHECK_FALSE(is_open(other));
  CHECK(third.get() == number);
  CHECK(is_open(number));
}

TEST_CASE("release gives it away without closing", "[base][handle]") {
  auto fd = opened();
  const int number = fd.release();
  CHECK_FALSE(fd);
  CHECK(is_open(number));
  UniqueFd again(number);
  again.reset();
  CHECK_FALSE(is_open(number));
  again.reset();
}
