#include "app/syn_looks.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using app::SynLooks;

namespace {

constexpr std::string_view kLook = "4:64+0:0:1460:64240,7:mss,nop,nop,sok,nop,ws:df:0";

model::PortResult open_port(std::uint16_t port, std::string_view look) {
  model::PortResult result;
  result.at = {"内网", net::parse_address("192.0.2.7").value(), net::Transport::tcp, port};
  result.verdict = model::Verdict::open_synack;
  result.time = {1'780'000'000'000};
  result.look = look;
  return result;
}

probe::InterviewReport report_of(const model::PortResult& result, bool says) {
  probe::InterviewReport report;
  report.at = result.at;
  if (says) report.observations.emplace_back().channel = model::channel::kSsh;
  return report;
}

}  // namespace

TEST_CASE("what was seen of a port comes beside what it says, once", "[app][syn_looks]") {
  SynLooks looks;
  const auto result = open_port(22, kLook);
  looks.keep(result);
  auto report = report_of(result, true);
  looks.hand_over(report, true);
  REQUIRE(report.observations.size() == 2);
  const auto& look = report.observations.back();
  CHECK(look.channel == model::channel::kSynAck);
  CHECK(look.at == result.at);
  CHECK(as_text(look.raw) == kLook);
  CHECK(look.time == result.time);
  CHECK(look.exchange != report.observations.front().exchange);
  looks.hand_over(report, true);
  CHECK(report.observations.size() == 2);
}

TEST_CASE("nothing is added to silence, to a machine in front, or where nothing was seen",
          "[app][syn_looks]") {
  SynLooks looks;
  for (const auto& result : {open_port(22, kLook), open_port(23, kLook), open_port(25, "")}) {
    looks.keep(result);
  }
  auto silent = report_of(open_port(22, ""), false);
  looks.hand_over(silent, true);
  CHECK(silent.observations.empty());
  auto in_front = report_of(open_port(23, ""), true);
  looks.hand_over(in_front, false);
  CHECK(in_front.observations.size() == 1);
  auto unseen = report_of(open_port(25, ""), true);
  looks.hand_over(unseen, true);
  CHECK(unseen.observations.size() == 1);
}
