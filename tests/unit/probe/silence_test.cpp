// silence — the bounds alone; what an interview makes of them stands in interview_test.
#include "probe/silence.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace std::chrono_literals;

TEST_CASE("what stays silent gets its bound, and what speaks the ordinary one") {
  probe::Silence silence({});
  CHECK(silence.most(true) == 13);
  CHECK(silence.most(false) == 6);
  for (int connection = 1; connection <= 3; ++connection) silence.on_silence(connection);
  CHECK(silence.most(false) == 6);
}

TEST_CASE("what speaks at last is worth two connections more") {
  probe::Silence silence({});
  for (int connection = 1; connection <= 10; ++connection) silence.on_silence(connection);
  CHECK(silence.most(false) == 13);
}

TEST_CASE("time is given once, in proportion, and patience ends where the ordinary bound does") {
  probe::Silence silence({});
  CHECK(silence.on_silence(1) == 35s);
  CHECK(silence.on_silence(2) == 0s);
  CHECK_FALSE(silence.is_long());
  silence.on_silence(6);
  CHECK(silence.is_long());
}

TEST_CASE("where one connection is all, silence changes nothing") {
  probe::InterviewSettings brief;
  brief.connections = brief.silent_connections = 1;
  probe::Silence silence(brief);
  CHECK(silence.most(true) == 1);
  CHECK(silence.on_silence(1) == 0s);
}
