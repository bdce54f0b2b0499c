// send_times — a round trip is known for what was asked last in its slot, and never made up.
#include "probe/send_times.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace std::chrono_literals;

TEST_CASE("the time of a probe is found by position and try", "[probe][send_times]") {
  probe::SendTimes times(8);
  const SteadyTime then{5s};
  times.note(1234, 0, then);
  CHECK(times.find(1234, 0) == then);
  CHECK_FALSE(times.find(1234, 1));
  CHECK_FALSE(times.find(1235, 0));
  times.note(1234, 1, then + 1s);
  CHECK(times.find(1234, 1) == then + 1s);
  CHECK_FALSE(times.find(1234, 0));
}

TEST_CASE("a position whose slot was taken is unknown, not another's", "[probe][send_times]") {
  probe::SendTimes times(4);
  for (std::uint64_t at = 0; at < 1000; ++at) times.note(at, 0, SteadyTime{std::chrono::seconds(at)});
  int known = 0;
  for (std::uint64_t at = 0; at < 1000; ++at) {
    const auto found = times.find(at, 0);
    if (!found) continue;
    ++known;
    CHECK(*found == SteadyTime{std::chrono::seconds(at)});
  }
  CHECK(known == 16);
}
