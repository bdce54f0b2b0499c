#include "qingdan/base/clock.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>

using namespace qingdan;
using namespace std::chrono_literals;

namespace {
class InZone {
 public:
  explicit InZone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  ~InZone() {
    unsetenv("TZ");
    tzset();
  }
  InZone(const InZone&) = delete;
  InZone& operator=(const InZone&) = delete;
};

constexpr UnixMillis kSunday{1795305600000 + 3723'004};  // 2026-11-22T01:02:03.004Z
}  // namespace

TEST_CASE("a virtual clock stands still until told to move", "[base][clock]") {
  VirtualClock clock(UnixMillis{1000});
  const auto began = clock.steady();
  CHECK(clock.now() == UnixMillis{1000});
  clock.advance(1500us);
  CHECK(clock.steady() - began == 1500us);
  CHECK(clock.now() == UnixMillis{1001});
  clock.advance(500us);
  CHECK(clock.now() == UnixMillis{1002});
}

TEST_CASE("a jump of the wall clock leaves the steady clock alone", "[base][clock]") {
  VirtualClock clock(UnixMillis{10'000});
  const auto began = clock.steady();
  clock.jump_wall_clock(-5s);
  CHECK(clock.now() == UnixMillis{5000});
  CHECK(clock.steady() == began);
}

TEST_CASE("the system clocks run", "[base][clock]") {
  const SystemClock clock;
  CHECK(clock.now() > UnixMillis{1'700'000'000'000});
  const auto before = clock.steady();
  CHECK(clock.steady() >= before);
}

TEST_CASE("times are printed in the machine's zone", "[base][clock]") {
  const InZone zone("CST-8");
  CHECK(format_rfc3339(kSunday) == "2026-11-22T09:02:03+08:00");
  CHECK(format_local(kSunday) == "2026-11-22 09:02:03");
  CHECK(format_date(kSunday) == "2026-11-22");
}

TEST_CASE("zones west of Greenwich and of half an hour have their offset", "[base][clock]") {
  {
    const InZone zone("NST3:30");
    CHECK(format_rfc3339(kSunday) == "2026-11-21T21:32:03-03:30");
  }
  const InZone zone("UTC0");
  CHECK(format_rfc3339(kSunday) == "2026-11-22T01:02:03+00:00");
}

TEST_CASE("never is printed as nothing, and time before 1970 is printed", "[base][clock]") {
  const InZone zone("UTC0");
  CHECK(format_rfc3339({}).empty());
  CHECK(format_local({}).empty());
  CHECK(format_date({}).empty());
  CHECK(format_local({-1}) == "1969-12-31 23:59:59");
}
