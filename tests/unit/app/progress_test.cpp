#include "app/progress.h"

#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::Stage;

namespace {

FieldProgress half_way() {
  FieldProgress progress;
  progress.sweep.planned = 1000;
  progress.sweep.done = 480;
  progress.sweep.not_asked = 20;
  progress.sweep.open = 7;
  progress.sweep.closed = 400;
  progress.sweep.filtered = 73;
  progress.sweep.answered = 480;
  progress.sweep.sent = 490;
  return progress;
}

}  // namespace

TEST_CASE("the line says what is done, how fast and how long yet", "[app][progress]") {
  CHECK(ProgressLine::text(half_way(), 90, 10) ==
        "[##########..........]  50.0 % · 10 pps · open 7 closed 400 silent 73 · 0:49 left · 1:30");
}

TEST_CASE("hours are written as hours", "[app][progress]") {
  CHECK(has(ProgressLine::text(half_way(), 3661, 1), "· 8:10 left · 1:01:01"));
}

TEST_CASE("what is silent is asked again, and so counted twice", "[app][progress]") {
  FieldProgress progress;
  progress.sweep.planned = 1000;
  progress.sweep.retries = 1;
  progress.sweep.sent = 500;
  progress.sweep.answered = progress.sweep.done = 125;
  // 500 not asked yet, of which 375 will be silent too, and 375 that were.
  CHECK(has(ProgressLine::text(progress, 10, 10), " 28.6 %"));
  CHECK(has(ProgressLine::text(progress, 10, 10), "· 2:05 left"));
  progress.sweep.sent = 1000 + 250;
  progress.sweep.retried = 250;
  progress.sweep.answered = progress.sweep.done = 250;
  CHECK(has(ProgressLine::text(progress, 10, 10), " 71.4 %"));
  CHECK(has(ProgressLine::text(progress, 10, 10), "· 0:50 left"));
}

TEST_CASE("the estimate follows the pace of those that are left", "[app][progress]") {
  FieldProgress progress;
  progress.sweep.planned = 100'000;
  progress.sweep.sent = progress.sweep.answered = progress.sweep.done = 96'000;
  progress.fragile_held = 10;
  progress.fragile_pps = 4;
  CHECK(has(ProgressLine::text(progress, 5, 40), " · 10 fragile at 4 pps · 1:40 left"));
}

TEST_CASE("interviews are told once there are any", "[app][progress]") {
  auto progress = half_way();
  CHECK_FALSE(has(ProgressLine::text(progress, 1, 1), "asked"));
  progress.interviews.submitted = 7;
  progress.interviews.finished = 3;
  CHECK(has(ProgressLine::text(progress, 1, 1), " · asked 3/7"));
}

TEST_CASE("no estimate is drawn from nothing, nor where all is done", "[app][progress]") {
  FieldProgress progress;
  progress.sweep.planned = 1000;
  progress.sweep.done = 1;
  CHECK_FALSE(has(ProgressLine::text(progress, 9, 1), "left"));
  progress.sweep.done = 1000;
  const auto text = ProgressLine::text(progress, 9, 1);
  CHECK(has(text, "[####################] 100.0 %"));
  CHECK_FALSE(has(text, "left"));
}

TEST_CASE("a plan of nothing is done", "[app][progress]") {
  CHECK(has(ProgressLine::text({}, 0, 0), "100.0 %"));
}

TEST_CASE("nothing is drawn where standard error is no terminal", "[app][progress]") {
  const Stage stage;
  const auto said = stage.said([] {
    const VirtualClock clock;
    ProgressLine line(clock, false);
    line.draw(half_way());
    return 0;
  });
  CHECK(said.err.empty());
  CHECK(said.out.empty());
}
