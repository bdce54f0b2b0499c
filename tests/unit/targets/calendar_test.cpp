// calendar: windows in local time. The zone of the tests is Asia/Shanghai, and for the clock change
// Europe/Berlin.
#include "qingdan/targets/calendar.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>

using namespace qingdan;
using namespace qingdan::targets;
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

Scope scope_with(const std::string& windows) {
  auto scope = parse_scope(
      "[authorisation]\nnumber = \"1\"\nissued_by = \"x\"\nvalid_from = 2026-01-01\n"
      "valid_to = 2027-12-31\n[[allow]]\ncidr = \"10.0.0.0/24\"\nzone = \"甲\"\n"
      "[[allow]]\ncidr = \"10.0.1.0/24\"\nzone = \"乙\"\n" +
          windows,
      "s");
  REQUIRE(scope.has_value());
  return std::move(*scope);
}

Day on(int year, unsigned month, unsigned day) {
  return Day{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
}

// 2026-11-22 is a Sunday.
UnixMillis at(unsigned day, std::chrono::milliseconds since_midnight) {
  return start_of(on(2026, 11, day)) + since_midnight;
}

}  // namespace

TEST_CASE("days are those of the machine's zone", "[targets][calendar]") {
  const InZone zone("CST-8");
  CHECK(start_of(on(2026, 11, 22)) == UnixMillis{1795305600000 - 8 * 3600000});
  CHECK(end_of(on(2026, 11, 22)) - start_of(on(2026, 11, 22)) == 24h);
  CHECK(day_of(start_of(on(2026, 11, 22))) == on(2026, 11, 22));
  CHECK(day_of({start_of(on(2026, 11, 22)).value - 1}) == on(2026, 11, 21));
  CHECK(targets::to_string(on(2026, 2, 3)) == "2026-02-03");
}

TEST_CASE("without a window it is always open", "[targets][calendar]") {
  const auto scope = scope_with("");
  CHECK(window_open(scope, "甲", at(22, 3h)));
  CHECK(next_opening(scope, "甲", at(22, 3h)) == at(22, 3h));
  CHECK_FALSE(next_closing(scope, "甲", at(22, 3h)).has_value());
  CHECK(check_open(scope, at(22, 3h)).has_value());
}

TEST_CASE("what crosses midnight belongs to the day it began", "[targets][calendar]") {
  const InZone zone("CST-8");
  const auto scope =
      scope_with("[[window]]\ndays = [\"mon\", \"fri\"]\nfrom = 20:00:00\nto = 06:00:00\n");
  CHECK_FALSE(window_open(scope, "甲", at(23, 3h)));  // Monday night belongs to Sunday
  CHECK_FALSE(window_open(scope, "甲", {at(23, 20h).value - 1}));
  CHECK(window_open(scope, "甲", at(23, 20h)));
  CHECK(window_open(scope, "甲", {at(24, 6h).value - 1}));
  CHECK_FALSE(window_open(scope, "甲", at(24, 6h)));
  CHECK(window_open(scope, "甲", at(28, 5h)));  // Saturday morning: Friday's
  CHECK(next_opening(scope, "甲", at(24, 6h)) == at(27, 20h));
  CHECK(next_closing(scope, "甲", at(27, 21h)) == at(28, 6h));
  CHECK(next_closing(scope, "甲", at(27, 19h)) == at(27, 19h));
}

TEST_CASE("a window with a zone holds for that zone only", "[targets][calendar]") {
  const InZone zone("CST-8");
  const auto one = scope_with("[[window]]\nzone = \"甲\"\nfrom = 20:00:00\n");
  CHECK_FALSE(window_open(one, "甲", at(22, 12h)));
  CHECK(window_open(one, "乙", at(22, 12h)));
  CHECK(check_open(one, at(22, 12h)).has_value());

  const auto both = scope_with(
      "[[window]]\nzone = \"甲\"\nfrom = 12:00:00\nto = 13:00:00\n"
      "[[window]]\nfrom = 20:00:00\nto = 22:00:00\n");
  CHECK(window_open(both, "甲", at(22, 12h)));
  CHECK_FALSE(window_open(both, "乙", at(22, 12h)));
  CHECK(window_open(both, "甲", at(22, 21h)));
  CHECK(window_open(both, "乙", at(22, 21h)));
}

TEST_CASE("windows that touch are one", "[targets][calendar]") {
  const InZone zone("CST-8");
  const auto scope =
      scope_with("[[window]]\nfrom = 20:00:00\nto = 00:00:00\n[[window]]\nto = 06:00:00\n");
  CHECK(next_closing(scope, "甲", at(22, 21h)) == at(23, 6h));
  const auto always = scope_with("[[window]]\n");
  CHECK(window_open(always, "甲", at(22, 21h)));
  CHECK_FALSE(next_closing(always, "甲", at(22, 21h)).has_value());
}

TEST_CASE("outside every window it is refused with the next opening", "[targets][calendar]") {
  const InZone zone("CST-8");
  const auto scope = scope_with("[[window]]\ndays = [\"sat\"]\nfrom = 08:00:00\nto = 09:00:00\n");
  const auto open = check_open(scope, at(22, 12h));
  REQUIRE_FALSE(open.has_value());
  CHECK(open.error().code == ErrorCode::refused);
  CHECK(open.error().text ==
        "s: outside the time windows; the next one opens at 2026-11-28 08:00:00");
  CHECK(check_open(scope, at(28, 8h)).has_value());
}

TEST_CASE("a window opens once a week even on its own day", "[targets][calendar]") {
  const InZone zone("CST-8");
  const auto scope = scope_with("[[window]]\ndays = [\"sun\"]\nfrom = 08:00:00\nto = 09:00:00\n");
  CHECK(next_opening(scope, "甲", at(22, 9h)) == at(29, 8h));
}

TEST_CASE("a night with a clock change is as long as it is", "[targets][calendar]") {
  const InZone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  const auto scope = scope_with("[[window]]\nfrom = 20:00:00\nto = 06:00:00\n");
  const auto from = start_of(on(2026, 10, 24)) + 20h;
  CHECK(window_open(scope, "甲", from));
  REQUIRE(next_closing(scope, "甲", from).has_value());
  CHECK(*next_closing(scope, "甲", from) - from == 11h);
  CHECK(end_of(on(2026, 3, 29)) - start_of(on(2026, 3, 29)) == 23h);
}

TEST_CASE("nothing is open on a blackout day, whatever the windows say", "[targets][calendar]") {
  const InZone zone("Asia/Shanghai");
  const std::string dark =
      "[[blackout]]\nfrom = 2026-11-24\nto = 2026-12-20\nreason = \"重保\"\n"
      "[[blackout]]\nfrom = 2026-12-21\nto = 2026-12-22\nreason = \"重保\"\n";
  const auto always = scope_with(dark);
  CHECK(window_open(always, "甲", at(23, 3h)));
  CHECK(next_closing(always, "甲", at(23, 3h)) == at(24, 0h));
  CHECK_FALSE(window_open(always, "甲", at(24, 0h)));
  CHECK(next_closing(always, "甲", at(24, 3h)) == at(24, 3h));
  CHECK(format_local(*next_opening(always, "甲", at(24, 3h))) == "2026-12-23 00:00:00");

  const auto nights = scope_with("[[window]]\nfrom = 20:00:00\nto = 06:00:00\n" + dark);
  CHECK(next_closing(nights, "甲", at(23, 21h)) == at(24, 0h));
  CHECK(format_local(*next_opening(nights, "甲", at(24, 3h))) == "2026-12-23 00:00:00");
  const auto refused = check_open(nights, at(24, 21h));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find("blackout until 2026-12-20 (重保)") != std::string::npos);
}

TEST_CASE("an opening after the validity is none", "[targets][calendar]") {
  const InZone zone("Asia/Shanghai");
  const auto scope =
      scope_with("[[blackout]]\nfrom = 2026-11-24\nto = 2027-12-31\nreason = \"x\"\n");
  CHECK(next_opening(scope, "甲", at(24, 3h)));
  CHECK_FALSE(next_valid_opening(scope, "甲", at(24, 3h)));
  CHECK(next_valid_opening(scope, "甲", at(23, 3h)) == at(23, 3h));
}

TEST_CASE("a blackout is part of what a checkpoint is bound to", "[targets][calendar]") {
  const auto ports = net::parse_ports("22").value();
  CHECK(
      scope_with("").hash(ports) !=
      scope_with("[[blackout]]\nfrom = 2026-11-24\nto = 2026-11-24\nreason = \"x\"\n").hash(ports));
}
