// devices — who is handled with care, and what care means.
#include "qingdan/probe/devices.h"

#include <catch2/catch.hpp>

#include "qingdan/probe/interview.h"
#include "qingdan/probe/sweep.h"
#include "support/lib/rig.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::Verdict;
using net::Transport;
using probe::DeviceKind;
using probe::Devices;
using probe::PortClass;
using test::Rig;

namespace {

net::Address ip(std::string_view text) { return net::parse_address(text).value(); }
net::TransportPort tcp(std::uint16_t port) { return {Transport::tcp, port}; }
const auto kHost = net::parse_address("192.0.2.1").value();

struct Cared {
  explicit Cared(std::uint32_t host_pps = 0)
      : rig(test::make_scope(test::ScopeText{{"192.0.2.0/28"}, {}, 0, 0, host_pps, ""})) {
    rig.dialer.mind(devices);
  }
  probe::InterviewReport interview(std::uint16_t port) {
    probe::Subject subject{rig.target("192.0.2.1", port), 2ms, ""};
    return rig.net.await(probe::interview(rig.pacer, *tls, std::move(subject), {}));
  }
  Rig rig;
  Devices devices;
  probe::TlsContextPtr tls{std::move(probe::open_tls_context()).value()};
};

}  // namespace

TEST_CASE("a host is what its open ports say, unless the register knows better") {
  Devices devices({{ip("192.0.2.9"), DeviceKind::sturdy}, {ip("192.0.2.8"), DeviceKind::printer}});
  CHECK(devices.fragile(ip("192.0.2.8")));
  CHECK_FALSE(devices.fragile(kHost));
  devices.on_open(kHost, tcp(80));
  CHECK(devices.kind(kHost) == DeviceKind::unknown);
  devices.on_open(kHost, tcp(9100));
  CHECK(devices.kind(kHost) == DeviceKind::printer);
  devices.on_open(kHost, tcp(502));
  CHECK(devices.kind(kHost) == DeviceKind::industrial);
  devices.on_open(kHost, tcp(515));
  CHECK(devices.kind(kHost) == DeviceKind::industrial);
  devices.on_open(ip("192.0.2.2"), tcp(631));
  CHECK(devices.kind(ip("192.0.2.2")) == DeviceKind::printer);
  devices.on_open(ip("192.0.2.9"), tcp(9100));
  CHECK_FALSE(devices.fragile(ip("192.0.2.9")));
  devices.on_suspect(kHost);
  CHECK_FALSE(devices.fragile(kHost));
  devices.on_suspect(ip("192.0.2.8"));
  CHECK(devices.fragile(ip("192.0.2.8")));
}

TEST_CASE("C3: what the run identifies calls for more care than the register, never for less") {
  Devices devices({{ip("192.0.2.9"), DeviceKind::sturdy},
                   {ip("192.0.2.8"), DeviceKind::industrial},
                   {ip("192.0.2.7"), DeviceKind::delicate}});
  for (const auto* who : {"192.0.2.1", "192.0.2.7", "192.0.2.8", "192.0.2.9"}) {
    devices.on_identified(ip(who), DeviceKind::printer);
    CHECK(devices.fragile(ip(who)));
    devices.on_identified(ip(who), DeviceKind::sturdy);
    devices.on_identified(ip(who), DeviceKind::delicate);
  }
  CHECK(devices.kind(kHost) == DeviceKind::printer);
  CHECK(devices.kind(ip("192.0.2.7")) == DeviceKind::printer);
  CHECK(devices.kind(ip("192.0.2.8")) == DeviceKind::industrial);
  CHECK(devices.kind(ip("192.0.2.9")) == DeviceKind::printer);
  CHECK(devices.class_of(ip("192.0.2.9"), tcp(9999)) == PortClass::never_payload);
  // Behind a host that says "open" everywhere there may be a printer all the same.
  devices.on_suspect(kHost);
  CHECK(devices.kind(kHost) == DeviceKind::printer);
}

TEST_CASE("C3: a camera has its own pace and one connection, and no port of its is special") {
  Cared cared(0);
  cared.devices.on_identified(kHost, DeviceKind::delicate);
  CHECK(cared.devices.class_of(kHost, tcp(9999)) == PortClass::normal);
  const auto target = cared.rig.target("192.0.2.1", 80);
  CHECK(cared.rig.pacer.ask(target).leave == probe::Leave::granted);
  CHECK(cared.rig.pacer.fragile_held() == 0);
  CHECK(cared.rig.pacer.ask(target).leave == probe::Leave::later);
  CHECK(cared.rig.pacer.ask(target).leave == probe::Leave::later);
  CHECK(cared.rig.pacer.fragile_held() == 1);
  const auto line = cared.devices.hold_line(kHost);
  cared.rig.net.virtual_clock().advance(10s);
  CHECK(cared.rig.pacer.ask(target).leave == probe::Leave::later);
}

TEST_CASE("C3: an interview under way turns gentle when its host is found to be fragile") {
  const auto connections = [](std::optional<DeviceKind> found) {
    Cared cared;
    cared.rig.net.listen("192.0.2.1", 7777, test::peers::silent());
    struct Finds final : probe::Waiter {
      void on_alarm() override { devices->on_identified(kHost, *kind); }
      Devices* devices{nullptr};
      std::optional<DeviceKind> kind;
    } finds;
    finds.devices = &cared.devices;
    finds.kind = found;
    if (found) cared.rig.net.alarms().set(cared.rig.pacer.now() + 500ms, finds);
    return cared.interview(7777).connections;
  };
  CHECK(connections({}) > 2);
  // The first one was under way; nothing hints at any other.
  CHECK(connections(DeviceKind::delicate) == 1);
  CHECK(connections(DeviceKind::printer) == 1);
}

TEST_CASE("C3: port 9999 of what turns out to be a printer gets nothing more") {
  Cared cared;
  cared.rig.net.listen("192.0.2.1", 9999, test::peers::silent());
  struct Finds final : probe::Waiter {
    void on_alarm() override { devices->on_identified(kHost, DeviceKind::printer); }
    Devices* devices{nullptr};
  } finds;
  finds.devices = &cared.devices;
  cared.rig.net.alarms().set(cared.rig.pacer.now() + 500ms, finds);  // while it only listens
  CHECK(cared.interview(9999).verdict == Verdict::open_acked);
  CHECK(cared.rig.net.payload("192.0.2.1", 9999).empty());
  CHECK(cared.rig.net.attempts_at("192.0.2.1", 9999) == 1);
}

TEST_CASE("port 9999 prints on printers, and only there") {
  Devices devices;
  CHECK(devices.class_of(kHost, tcp(9999)) == PortClass::normal);
  devices.on_open(kHost, tcp(9100));
  CHECK(devices.class_of(kHost, tcp(9999)) == PortClass::never_payload);
  CHECK(devices.class_of(kHost, tcp(80)) == PortClass::normal);
  CHECK(devices.class_of(kHost, tcp(102)) == PortClass::ot_readonly);
}

TEST_CASE("a line is held as long as its connection") {
  Devices devices;
  {
    const auto first = devices.hold_line(kHost);
    const auto second = devices.hold_line(kHost);
    CHECK(devices.busy(kHost));
  }
  CHECK_FALSE(devices.busy(kHost));
}

TEST_CASE("a fragile host gets four packets a second and one connection at a time") {
  Cared cared(40);
  for (std::uint16_t port = 1; port <= 40; ++port) {
    cared.rig.net.listen("192.0.2.1", port, test::peers::silent());
  }
  cared.devices.on_open(kHost, tcp(9100));
  struct Sink final : probe::SweepSink {
    void on_port(const targets::ApprovedTarget&, const model::PortResult& result) override {
      ++verdicts[result.verdict];
    }
    void on_observations(std::vector<model::Observation>) override {}
    std::map<Verdict, int> verdicts;
  } sink;
  std::vector<targets::ApprovedTarget> targets;
  for (std::uint16_t port = 1; port <= 60; ++port) {
    targets.push_back(cared.rig.target("192.0.2.1", port));
  }
  const probe::ListSource source(std::move(targets));
  probe::Sweep sweep(cared.rig.pacer, source, sink);
  const auto begun = cared.rig.pacer.now();
  CHECK(cared.rig.net.await(sweep.run()).has_value());

  CHECK(sink.verdicts[Verdict::open] == 40);
  CHECK(sink.verdicts[Verdict::closed] == 20);
  CHECK(cared.rig.pacer.now() - begun >= 14s);
  CHECK(cared.rig.net.traffic().most_open_at.at(kHost) == 1);
}

TEST_CASE("without a cap of its own a fragile host is paced all the same") {
  Cared cared(0);
  cared.devices.on_open(kHost, tcp(515));
  const auto target = cared.rig.target("192.0.2.1", 80);
  CHECK(cared.rig.pacer.ask(target).leave == probe::Leave::granted);
  CHECK(cared.rig.pacer.fragile_held() == 0);
  CHECK(cared.rig.pacer.ask(target).leave == probe::Leave::later);
  CHECK(cared.rig.pacer.ask(target).leave == probe::Leave::later);
  CHECK(cared.rig.pacer.fragile_held() == 1);
  CHECK(cared.rig.pacer.ask(cared.rig.target("192.0.2.2", 80)).leave == probe::Leave::granted);
  CHECK(cared.rig.pacer.ask(cared.rig.target("192.0.2.2", 80)).leave == probe::Leave::granted);
}

TEST_CASE("what nothing hints at is not tried on a printer") {
  Cared cared;
  cared.devices.on_open(kHost, tcp(9100));
  for (const std::uint16_t port : {7777, 9999}) {
    cared.rig.net.listen("192.0.2.1", port, test::peers::silent());
    CHECK(cared.interview(port).verdict == Verdict::open_acked);
    CHECK(cared.rig.net.payload("192.0.2.1", port).empty());
  }
  CHECK(cared.rig.net.attempts_at("192.0.2.1", 9999) == 0);
  CHECK(cared.rig.net.attempts_at("192.0.2.1", 7777) == 1);
  // Nor is more asked of it because it is silent where something else is usual.
  cared.rig.net.listen("192.0.2.1", 6379, test::peers::silent());
  CHECK(cared.interview(6379).connections == 1);
  cared.rig.net.listen("192.0.2.1", 80, test::peers::web("<title>P</title>"));
  const auto page = cared.interview(80);
  CHECK(page.verdict == Verdict::open_verified);
  CHECK(page.connections <= 2);
}

TEST_CASE("an industrial host gets six connections of interviews, its own port one handshake") {
  Cared cared;
  cared.rig.net.listen("192.0.2.1", 502, test::peers::silent());
  for (std::uint16_t port = 8000; port < 8010; ++port) {
    cared.rig.net.listen("192.0.2.1", port, test::peers::silent());
  }
  struct Sink final : probe::SweepSink {
    void on_port(const targets::ApprovedTarget&, const model::PortResult&) override {}
    void on_observations(std::vector<model::Observation>) override {}
  } sink;
  const probe::ListSource source({cared.rig.target("192.0.2.1", 502)});
  probe::Sweep sweep(cared.rig.pacer, source, sink);
  CHECK(cared.rig.net.await(sweep.run()).has_value());
  CHECK(cared.devices.kind(kHost) == DeviceKind::industrial);
  CHECK(cared.rig.pacer.ask(cared.rig.target("192.0.2.1", 502)).leave == probe::Leave::guarded);

  for (std::uint16_t port = 8000; port < 8010; ++port) {
    CHECK(cared.interview(port).verdict == Verdict::open_acked);
  }
  CHECK(cared.interview(502).verdict == Verdict::open_acked);
  CHECK(cared.rig.net.traffic().attempts.size() ==
        static_cast<std::size_t>(Devices::kIndustrialConnections));
  CHECK(cared.rig.net.payload("192.0.2.1", 502).empty());
}
