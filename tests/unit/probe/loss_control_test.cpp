// loss_control — the rate falls with loss that it causes, and not with loss that it does not.
#include "probe/loss_control.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace std::chrono_literals;
using probe::LossControl;
using probe::PathLoss;

namespace {
const auto kIp = net::parse_address("192.0.2.7").value();
const auto kOther = net::parse_address("198.51.100.7").value();
}  // namespace

TEST_CASE("clean samples never limit the rate", "[probe][loss]") {
  PathLoss path;
  SteadyTime now{};
  for (int i = 0; i < 50; ++i, now += 1250ms) {
    const auto cut = path.add(40, 0, 2000, now);
    CHECK_FALSE(cut.cut);
  }
  CHECK(path.rate() == 0);
  CHECK(path.loss() == 0);
  CHECK_FALSE(path.lossy());
}

TEST_CASE("loss above two per cent cuts the rate, and clean times give it back", "[probe][loss]") {
  PathLoss path;
  SteadyTime now{};
  CHECK(path.add(40, 4, 2000, now).cut);
  CHECK(path.rate() == Approx(1400));
  for (int i = 0; i < 200 && path.rate() > 0; ++i) path.add(40, 0, path.rate(), now += 1250ms);
  CHECK(path.rate() == 0);  // back at what it was: no limit of its own
}

TEST_CASE("few samples are no verdict", "[probe][loss]") {
  PathLoss path;
  CHECK_FALSE(path.add(10, 2, 2000, {}).cut);
  CHECK_FALSE(path.lossy());
}

TEST_CASE("loss that stays whatever the rate is left to further tries", "[probe][loss]") {
  PathLoss path;
  SteadyTime now{};
  for (int i = 0; i < 40; ++i) path.add(100, 10, 2000, now += 1250ms);
  CHECK(path.rate() == 0);
  CHECK(path.lossy());
  CHECK(path.loss() == Approx(0.1).margin(0.02));
}

TEST_CASE("a block with loss is slowed alone, and its hosts earn further tries", "[probe][loss]") {
  LossControl control;
  SteadyTime now{};
  // The lossy block is a small part of what is sent, so that the whole stays under two per cent.
  for (int i = 0; i < 3; ++i) {
    control.add(kIp, 30, 6);
    control.add(kOther, 600, 0);
    control.close_interval(2000, now += 1250ms);
  }
  CHECK(control.limits());
  CHECK(control.global().rate() == 0);
  CHECK(control.tries(kIp) > control.tries(kOther));
  CHECK(control.tries(kOther) == 1);
  // The pace of the block: far fewer than what a second would hold unlimited.
  int taken = 0;
  for (auto at = now; at < now + 1s; at += 1ms) {
    if (control.earliest(kIp, at) > at) continue;
    control.take(kIp, at);
    ++taken;
  }
  CHECK(taken < 900);
  CHECK(control.earliest(kOther, now) == now);
}

TEST_CASE("ten per cent of round trips lost asks for three tries", "[probe][loss]") {
  LossControl control;
  control.add(kIp, 1000, 100);
  control.close_interval(2000, SteadyTime{});
  CHECK(control.tries(kOther) == 3);  // 0.1^3 < 1/400
}
