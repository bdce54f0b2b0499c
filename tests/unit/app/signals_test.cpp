#include "app/signals.h"

#include <catch2/catch.hpp>

#include <csignal>

using qingdan::app::StopOnSignal;

TEST_CASE("a signal sets the flag, and the next one would end the program", "[app][signals]") {
  for (const int number : {SIGINT, SIGTERM}) {
    std::atomic<bool> stop{false};
    const StopOnSignal guard(stop);
    CHECK_FALSE(stop.load());
    REQUIRE(std::raise(number) == 0);
    CHECK(stop.load());
    CHECK(std::signal(number, SIG_IGN) == SIG_DFL);
  }
}

TEST_CASE("without a run a signal is the system's again", "[app][signals]") {
  {
    std::atomic<bool> stop{false};
    const StopOnSignal guard(stop);
  }
  CHECK(std::signal(SIGINT, SIG_DFL) == SIG_DFL);
  CHECK(std::signal(SIGTERM, SIG_DFL) == SIG_DFL);
}
