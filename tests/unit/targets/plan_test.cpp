// plan: the figures of `scope check`.
#include "qingdan/targets/plan.h"

#include <catch2/catch.hpp>

#include "qingdan/targets/calendar.h"

using namespace qingdan;
using namespace qingdan::targets;
using namespace std::chrono_literals;

namespace {

Scope scope_of(const std::string& body) {
  auto scope = parse_scope(
      "[authorisation]\nnumber = \"1\"\nissued_by = \"x\"\nvalid_from = 2026-11-01\n"
      "valid_to = 2026-11-30\n" +
          body,
      "s");
  INFO((scope ? "" : scope.error().text));
  REQUIRE(scope.has_value());
  return std::move(*scope);
}

UnixMillis at(unsigned day, std::chrono::milliseconds since_midnight) {
  using namespace std::chrono;
  return start_of(Day{year(2026), month(11), std::chrono::day(day)}) + since_midnight;
}

net::PortSet ports(std::string_view spec) { return *net::parse_ports(spec); }

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

const std::string kTwoZones =
    "[[allow]]\ncidr = \"10.0.0.0/22\"\nzone = \"乙\"\nunit = \"二\"\n"
    "[[allow]]\ncidr = \"10.1.0.0/24\"\nzone = \"甲\"\n"
    "[[allow]]\naddresses = [\"10.2.0.1\", \"10.2.0.9\"]\nzone = \"乙\"\nunit = \"二\"\n"
    "[[exclude]]\naddresses = [\"10.0.1.7\"]\n";

}  // namespace

TEST_CASE("addresses, ranges and probes are counted by area", "[targets][plan]") {
  const auto plan = plan_scope(scope_of(kTwoZones), ports("22,80,U:53"), at(10, 12h));
  CHECK(plan.addresses == 1023 + 256 + 2);
  CHECK(plan.ports == 3);
  CHECK(plan.probes == plan.addresses * 3);
  REQUIRE(plan.areas.size() == 2);
  CHECK(plan.areas[0].area == Area{"乙", "二"});
  CHECK(plan.areas[0].addresses == 1025);
  CHECK(plan.areas[0].ranges == 4);
  CHECK(plan.areas[1].addresses == 256);
  CHECK(plan.valid);
  CHECK(plan.open);
  CHECK(plan.next_opening == at(10, 12h));
}

TEST_CASE("the tightest cap decides how long it takes", "[targets][plan]") {
  const std::string allow = "[[allow]]\ncidr = \"10.0.0.0/22\"\n";
  const auto time = [&](const std::string& pace) {
    return seconds(plan_scope(scope_of(pace + allow), ports("1-100"), at(10, 12h)).sending);
  };
  // 1024 addresses x 100 ports = 102 400 probes; 25 600 in each /24; 100 on each host. A tenth of a cap
  // stays free, of a cap below ten nothing.
  CHECK(time("[pace]\nglobal_pps = 100\nprefix_pps = 0\nhost_pps = 0\n") == Approx(102400 / 90.0));
  CHECK(time("[pace]\nglobal_pps = 0\nprefix_pps = 100\nhost_pps = 0\n") == Approx(25600 / 90.0));
  CHECK(time("[pace]\nglobal_pps = 0\nprefix_pps = 0\nhost_pps = 1\n") == Approx(100));
  CHECK(time("[pace]\nglobal_pps = 0\nprefix_pps = 0\nhost_pps = 0\n") == 0);
  CHECK(time("[pace]\nglobal_pps = 1000\nprefix_pps = 100\nhost_pps = 1\n") == Approx(25600 / 90.0));
}

TEST_CASE("a slow zone does not hold up the others", "[targets][plan]") {
  // 256 addresses in one /24 at 9 a second, 1024 in four at 36 together.
  const std::string body =
      "[pace]\nglobal_pps = 100\nprefix_pps = 10\nhost_pps = 0\n"
      "[[allow]]\ncidr = \"10.0.0.0/24\"\nzone = \"甲\"\n"
      "[[allow]]\ncidr = \"10.1.0.0/22\"\nzone = \"乙\"\n";
  const auto plan = plan_scope(scope_of(body), ports("1-10"), at(10, 12h));
  CHECK(seconds(plan.sending) == Approx(2560 / 9.0));
  CHECK(seconds(plan.sending_twice) == Approx(5120 / 9.0));
  REQUIRE(plan.finished_by);
  CHECK(*plan.finished_by - at(10, 12h) >= 568s);
  CHECK(*plan.finished_by - at(10, 12h) <= 569s);
}

TEST_CASE("windows stretch it over the nights", "[targets][plan]") {
  // 65 536 probes twice at 1 a second: 36.4 h in nights of ten hours.
  const std::string body =
      "[pace]\nglobal_pps = 1\nprefix_pps = 0\nhost_pps = 0\n"
      "[[allow]]\ncidr = \"10.0.0.0/16\"\n[[window]]\nfrom = 20:00:00\nto = 06:00:00\n";
  const auto plan = plan_scope(scope_of(body), ports("22"), at(10, 12h));
  CHECK_FALSE(plan.open);
  CHECK(plan.next_opening == at(10, 20h));
  CHECK(plan.finished_by == at(13, 20h) + (2 * 65'536s - 30h));
  CHECK_FALSE(plan_scope(scope_of(body), ports("22"), at(28, 12h)).finished_by.has_value());
}

TEST_CASE("each zone waits for its own windows", "[targets][plan]") {
  const std::string body =
      "[pace]\nglobal_pps = 1\nprefix_pps = 0\nhost_pps = 0\n"
      "[[allow]]\ncidr = \"10.0.0.0/24\"\nzone = \"甲\"\n"
      "[[allow]]\ncidr = \"10.0.1.0/24\"\nzone = \"乙\"\n"
      "[[window]]\nzone = \"甲\"\nfrom = 23:00:00\nto = 00:00:00\n";
  const auto plan = plan_scope(scope_of(body), ports("22"), at(10, 12h));
  CHECK(plan.open);
  CHECK(plan.finished_by == at(10, 23h) + 512s);
}

TEST_CASE("before and after its validity nothing is planned", "[targets][plan]") {
  const auto scope = scope_of("[[allow]]\ncidr = \"10.0.0.0/24\"\n");
  const auto early = plan_scope(scope, ports("22"), at(1, -48h));
  CHECK_FALSE(early.valid);
  CHECK(early.next_opening == at(1, 0h));
  CHECK(early.finished_by.has_value());
  const auto late = plan_scope(scope, ports("22"), at(30, 25h));
  CHECK_FALSE(late.valid);
  CHECK_FALSE(late.next_opening.has_value());
  CHECK_FALSE(late.finished_by.has_value());
}

TEST_CASE("a scope of 2^32 addresses is planned without counting its blocks", "[targets][plan]") {
  const auto scope =
      scope_of("[[allow]]\ncidr = \"2001:db8::/97\"\n[[allow]]\ncidr = \"10.0.0.0/8\"\n");
  const auto plan = plan_scope(scope, ports("all"), at(1, 0h));
  CHECK(plan.probes == plan.addresses * plan.ports);
  CHECK_FALSE(plan.finished_by.has_value());
}
