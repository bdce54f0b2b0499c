// industrial — one request over one connection, where the owner of the subnet allows it.
#include "probe/industrial.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "qingdan/net/modbus_wire.h"
#include "qingdan/net/s7_wire.h"
#include "qingdan/probe/interview.h"
#include "qingdan/probe/sweep.h"
#include "qingdan/probe/table.h"
#include "support/lib/rig.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::Verdict;
using test::Rig;

namespace {

constexpr std::string_view kPlc = "192.0.2.1";

targets::Scope plant(bool allowed) {
  std::string text =
      "[authorisation]\nnumber = \"T-1\"\nissued_by = \"tests\"\n"
      "valid_from = 2000-01-01\nvalid_to = 2100-01-01\n"
      "[[allow]]\ncidr = \"192.0.2.0/28\"\nzone = \"z\"\nunit = \"u\"\n";
  if (allowed) text += "classes = [\"ot-readonly\"]\n";
  return targets::parse_scope(text, "plant.toml").value();
}

std::string seed(const std::string& name) {
  std::ifstream file(std::string(QINGDAN_SOURCE_DIR) + "/tests/fuzz/corpus/" + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Sink final : probe::SweepSink {
  void on_port(const targets::ApprovedTarget&, const model::PortResult& result) override {
    verdicts.push_back(result.verdict);
  }
  void on_observations(std::vector<model::Observation> seen) override {
    for (auto& one : seen) observations.push_back(std::move(one));
  }
  std::vector<Verdict> verdicts;
  std::vector<model::Observation> observations;
};

struct Plant {
  explicit Plant(bool allowed) : rig(plant(allowed)) {
    rig.dialer.mind(devices);
    rig.net.listen(kPlc, 502,
                   test::peers::scripted("", {{"", seed("modbus_wire/identity"), false}}));
    rig.net.listen(kPlc, 44818,
                   test::peers::scripted("", {{"", seed("enip_wire/identity"), false}}));
    rig.net.listen(kPlc, 102, test::peers::silent());
  }
  void sweep(std::uint16_t port) {
    const probe::ListSource source({rig.target(kPlc, port)});
    probe::Sweep sweep(rig.pacer, source, sink);
    CHECK(rig.net.await(sweep.run()).has_value());
  }
  probe::InterviewReport interview(std::uint16_t port) {
    probe::Subject subject{rig.target(kPlc, port), 2ms, ""};
    return rig.net.await(probe::interview(rig.pacer, *tls, std::move(subject), {}));
  }
  Rig rig;
  probe::Devices devices;
  probe::TlsContextPtr tls{std::move(probe::open_tls_context()).value()};
  Sink sink;
};

}  // namespace

TEST_CASE("without the owner's word an industrial port gets a handshake and no byte") {
  Plant plant(false);
  plant.sweep(502);
  CHECK(plant.sink.verdicts == std::vector{Verdict::open});
  CHECK(plant.interview(502).verdict == Verdict::open_acked);
  CHECK(plant.interview(44818).verdict == Verdict::open_acked);
  CHECK(plant.rig.net.attempts_at(kPlc, 502) == 1);
  CHECK(plant.rig.net.attempts_at(kPlc, 44818) == 0);
  CHECK(plant.rig.net.payload(kPlc, 502).empty());
}

TEST_CASE("where it is allowed the sweep's connection asks, once and for all") {
  Plant plant(true);
  plant.sweep(502);
  CHECK(plant.sink.verdicts == std::vector{Verdict::open_verified});
  REQUIRE(plant.sink.observations.size() == 1);
  CHECK(plant.sink.observations[0].channel == model::channel::kModbus);
  CHECK(plant.sink.observations[0].probe == "modbus");
  CHECK(plant.rig.net.payload(kPlc, 502) == as_text(net::build_modbus_identify()));
  CHECK(plant.interview(502).verdict == Verdict::open_acked);
  CHECK(plant.rig.net.attempts_at(kPlc, 502) == 1);
  CHECK(plant.rig.net.traffic().fins == 1);
  CHECK(plant.rig.net.traffic().dropped == 0);
}

TEST_CASE("after a half-open sweep the interview's connection asks, once and for all") {
  Plant plant(true);
  const auto report = plant.interview(44818);
  CHECK(report.verdict == Verdict::open_verified);
  REQUIRE(report.observations.size() == 1);
  CHECK(report.observations[0].channel == model::channel::kEnip);
  CHECK(plant.interview(44818).verdict == Verdict::open_acked);
  CHECK(plant.rig.net.attempts_at(kPlc, 44818) == 1);
  CHECK(plant.rig.net.traffic().fins == 1);
}

TEST_CASE("a protocol we have no certain request for stays at the handshake") {
  Plant plant(true);
  plant.rig.net.listen(kPlc, 47808, test::peers::silent());
  plant.sweep(47808);
  CHECK(plant.sink.verdicts == std::vector{Verdict::open});
  CHECK(plant.interview(47808).verdict == Verdict::open_acked);
  CHECK(plant.rig.net.payload(kPlc, 47808).empty());
  CHECK(probe::industrial_entry({net::Transport::tcp, 47808}) == nullptr);
  CHECK(probe::industrial_entry({net::Transport::udp, 502}) == nullptr);
}

TEST_CASE("an S7 controller that is silent gets a connection request and no more") {
  Plant plant(true);
  plant.sweep(102);
  CHECK(plant.sink.verdicts == std::vector{Verdict::open});
  CHECK(plant.rig.net.payload(kPlc, 102) == as_text(net::build_s7_connect()));
  CHECK(plant.interview(102).verdict == Verdict::open_acked);
  CHECK(plant.rig.net.attempts_at(kPlc, 102) == 1);
}

TEST_CASE("BACnet is asked over UDP where the owner allows it, and nowhere else") {
  for (const bool allowed : {false, true}) {
    Plant plant(allowed);
    plant.rig.net.answer_udp(kPlc, 47808, [](BytesView) -> std::optional<Bytes> {
      return to_bytes(seed("bacnet_wire/error"));
    });
    const probe::ListSource source({plant.rig.target(kPlc, 47808, net::Transport::udp)});
    probe::Sweep sweep(plant.rig.pacer, source, plant.sink);
    CHECK(plant.rig.net.await(sweep.run()).has_value());
    CHECK(plant.sink.observations.size() == (allowed ? 1 : 0));
    CHECK(sweep.progress().not_asked == (allowed ? 0 : 1));
    CHECK(plant.rig.net.payload(kPlc, 47808, net::Transport::udp).empty() != allowed);
  }
  const auto ports = net::parse_ports("502,U:53,U:47808").value();
  CHECK(probe::askable(ports).size() == 2);
  CHECK(probe::askable(ports, true).size() == 3);
}
