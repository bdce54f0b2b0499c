// sim_net_prop — laws of the simulated world itself: its loss is what was asked for, a seed gives
// one run, sockets and raw packets meet the same hosts, and its records say what was sent.
#include <catch2/catch.hpp>

#include "sim_bench.h"

using namespace qingdan;
using namespace std::chrono_literals;
using net::Transport;
using probe::DialOutcome;
using test::PortKind;
using test::SimBench;

namespace {

constexpr const char* kHost = "192.0.2.7";
net::Address address(std::string_view ip) { return net::parse_address(ip).value(); }

// SYNs to closed ports, one a millisecond: which of them were answered.
std::vector<bool> answered(SimBench& bench, std::uint16_t count) {
  bench.rig.sim.host(kHost);
  std::vector<bool> heard(count, false);
  for (std::uint16_t i = 0; i < count; ++i) {
    bench.syn(kHost, static_cast<std::uint16_t>(i + 1));
    bench.wait(1ms);
  }
  for (const auto& one : bench.heard()) heard[one.packet.source_port - 1] = true;
  return heard;
}

double loss_of(const std::vector<bool>& heard) {
  return static_cast<double>(std::count(heard.begin(), heard.end(), false)) /
         static_cast<double>(heard.size());
}

double mean_run(const std::vector<bool>& heard) {
  double lost = 0, runs = 0;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (heard[i]) continue;
    ++lost;
    if (i == 0 || heard[i - 1]) ++runs;
  }
  return lost / runs;
}

Awaitable<probe::Connected> connect(probe::Sockets& sockets, targets::ApprovedTarget target,
                                    std::chrono::milliseconds patience) {
  const Deadline by{sockets.clock().steady() + patience};
  auto result = co_await sockets.connect(target, by);
  co_return result;
}

probe::Connected connected(SimBench& bench, std::uint16_t port,
                           std::chrono::milliseconds patience = 10s) {
  return bench.rig.net.await(connect(bench.rig.net, bench.rig.target(kHost, port), patience));
}

}  // namespace

TEST_CASE("random loss and burst loss are as much as was asked for") {
  constexpr std::uint16_t kCount = 60'000;
  SimBench random(test::make_scope("192.0.2.0/24"));
  random.rig.sim.path_out().loss = 0.05;
  const auto by_itself = answered(random, kCount);
  CHECK(loss_of(by_itself) == Approx(0.05).margin(0.004));
  CHECK(mean_run(by_itself) < 1.15);

  SimBench bursts(test::make_scope("192.0.2.0/24"));
  bursts.rig.sim.path_in().burst_loss = 0.05;
  const auto in_bursts = answered(bursts, kCount);
  CHECK(loss_of(in_bursts) == Approx(0.05).margin(0.015));
  CHECK(mean_run(in_bursts) > 20);  // 40 ms at a packet a millisecond
}

TEST_CASE("N1: a seed gives one run, another seed another") {
  const auto run = [](std::uint64_t seed) {
    SimBench bench(test::make_scope("192.0.2.0/24"), seed);
    bench.rig.sim.host(kHost).traits.jitter = 1ms;
    bench.rig.sim.set_path({0.1, 0.1, 40ms, 0.1, 0.2, 30ms, 1ms});
    std::vector<std::pair<std::uint16_t, SteadyTime>> heard;
    for (std::uint16_t port = 1; port < 500; ++port) {
      bench.syn(kHost, port);
      bench.wait(1ms);
    }
    for (const auto& one : bench.heard()) heard.emplace_back(one.packet.source_port, one.at);
    return heard;
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("packets are doubled and overtaken as often as was asked for") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.sim.host(kHost);
  bench.rig.sim.path_in().doubled = 0.1;
  bench.rig.sim.path_in().overtaken = 0.3;
  for (std::uint16_t port = 1; port <= 2000; ++port) {
    bench.syn(kHost, port);
    bench.wait(1ms);
  }
  const auto heard = bench.heard();
  CHECK(heard.size() == Approx(2200).margin(40));
  std::size_t late = 0;
  for (std::size_t i = 1; i < heard.size(); ++i) {
    late += heard[i].packet.source_port < heard[i - 1].packet.source_port;
  }
  CHECK(late > 300);
}

TEST_CASE("N2: nothing leaves for an address outside the scope, and the link says so") {
  SimBench bench(test::make_scope("192.0.2.0/25"));
  CHECK(bench.syn(kHost, 80) == 1);
  CHECK(bench.syn("192.0.2.200", 80) == 0);
  CHECK(bench.syn(kHost, 80) == 0);
  CHECK_FALSE(bench.link(kHost).health().has_value());
  REQUIRE(bench.rig.sim.record().outside().size() == 1);
  CHECK(bench.rig.sim.record().outside()[0] == address("192.0.2.200"));
  CHECK(bench.rig.sim.record().sent() == 1);
}

TEST_CASE("N3: a frame with a bit turned reaches nobody") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.sim.host(kHost);
  bench.syn(kHost, 80);
  CHECK(bench.heard().size() == 1);
  net::SynFrame frame(bench.way.source, false, {}, {});
  Bytes bytes(frame.size());
  frame.write(bytes.data(), address(kHost), 31'900, 80, 5);
  bench.send(address(kHost), bytes);
  CHECK(bench.heard().size() == 1);
  for (const std::size_t at : {2U, 4U, 8U, 22U, 26U, 34U, 43U}) {
    auto turned = bytes;
    turned[at] ^= 0x10;
    bench.send(address(kHost), turned);
  }
  CHECK(bench.heard().empty());
  CHECK(bench.rig.sim.record().malformed() == 7);
}

TEST_CASE("sockets meet the hosts that raw packets meet") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.net.listen(kHost, 22, test::peers::greets("hello"));
  bench.rig.net.host(kHost).ports[{Transport::tcp, 24}].kind = PortKind::prohibited;
  bench.rig.net.host(kHost).ports[{Transport::tcp, 26}].kind = PortKind::silent;
  auto& host = bench.rig.sim.host(kHost);
  auto open = connected(bench, 22);
  CHECK(open.outcome == DialOutcome::connected);
  CHECK(open.rtt == 2ms);
  CHECK(host.log().most_open == 1);
  open.stream.reset();
  CHECK(connected(bench, 25).outcome == DialOutcome::refused);
  CHECK(connected(bench, 24).outcome == DialOutcome::prohibited);
  CHECK(connected(bench, 26, 5s).outcome == DialOutcome::timeout);
  // 26 was asked at 0, 1 and 3 s.
  CHECK(bench.rig.sim.record().sent(test::Origin::stream) == 4);
  CHECK(bench.rig.sim.record().sent(test::Origin::kernel) == 2);
  host.kill();
  CHECK(connected(bench, 22, 2s).outcome == DialOutcome::timeout);
}

TEST_CASE("a lost SYN of a socket is repeated as kernels do, and a dead host stops talking") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.net.listen(kHost, 22, test::peers::scripted("", {{"", "reply", false}}));
  bench.rig.sim.path_out().loss = 0.5;
  int late = 0;
  for (int i = 0; i < 200; ++i) {
    const auto result = connected(bench, 22, 900ms);
    late += result.outcome == DialOutcome::timeout;
  }
  CHECK(late == Approx(100).margin(25));
  const auto result = connected(bench, 22, 100s);
  REQUIRE(result.outcome == DialOutcome::connected);
  bench.rig.sim.host(kHost).kill();
  const Deadline by{bench.rig.net.clock().steady() + 1s};
  CHECK(bench.rig.net.await(result.stream->write(to_bytes("x"), by)));
  CHECK(bench.rig.net.await(result.stream->read(by)).outcome == probe::ReadOutcome::timeout);
}

TEST_CASE("datagrams are answered, refused once a second, and lost") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.net.answer_udp(kHost, 53, [](BytesView) { return to_bytes("answer"); });
  const auto ask = [&](std::uint16_t port) {
    auto socket = bench.rig.net.open_udp(bench.rig.target(kHost, port, Transport::udp),
                                         probe::AnswersFrom::asked_port);
    CHECK(socket->send(as_bytes("question")) == probe::DatagramOutcome::bytes);
    const Deadline by{bench.rig.net.clock().steady() + 300ms};
    return bench.rig.net.await(socket->receive(by));
  };
  CHECK(as_text(ask(53).bytes) == "answer");
  CHECK(ask(54).outcome == probe::DatagramOutcome::refused);
  CHECK(ask(55).outcome == probe::DatagramOutcome::timeout);
  bench.wait(1s);
  CHECK(ask(55).outcome == probe::DatagramOutcome::refused);
  bench.rig.sim.path_in().loss = 1;
  CHECK(ask(53).outcome == probe::DatagramOutcome::timeout);
}

TEST_CASE("what the kernel cannot hold is dropped and counted; what it will not take is not sent") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.sim.host(kHost);
  bench.rig.sim.link_traits() = {10, 1024, 1};
  CHECK(bench.syn(kHost, 80) == 0);
  for (std::uint16_t port = 1; port <= 15; ++port) CHECK(bench.syn(kHost, port) == 1);
  CHECK(bench.heard().size() == 10);
  CHECK(bench.link(kHost).counters().dropped == 5);
  CHECK(bench.link(kHost).counters().send_retries == 1);
}

TEST_CASE("a sleep moves the wall clock alone; a stall lets packets wait for us") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.sim.host(kHost);
  const auto wall = bench.rig.net.clock().now();
  bench.rig.sim.suspend(8h);
  CHECK(bench.rig.net.clock().now() - wall == 8h);
  CHECK(bench.rig.net.clock().steady() == bench.begun);
  bench.syn(kHost, 80);
  bench.rig.sim.after(1ms, [&] { bench.rig.sim.stall(30s); });
  CHECK(bench.heard().size() == 1);
  CHECK(bench.rig.net.clock().steady() - bench.begun == 30s + 1ms);
}

TEST_CASE("the worst second is found wherever it begins") {
  std::vector<test::SentPacket> packets;
  const auto at = [&](std::chrono::milliseconds when, std::string_view ip) {
    packets.push_back({SteadyTime(when), address(ip)});
  };
  for (int i = 0; i < 5; ++i) at(900ms + i * 1ms, "192.0.2.1");
  for (int i = 0; i < 5; ++i) at(1800ms + i * 1ms, "192.0.2.1");
  at(1900ms, "192.0.2.2");
  packets.push_back({SteadyTime(1901ms), address("192.0.2.2"), test::SimKind::neighbour});
  CHECK(worst_window(packets, test::keys::host).packets == 10);
  CHECK(worst_window(packets, test::keys::host).key == "192.0.2.1");
  CHECK(worst_window(packets, test::keys::block).packets == 10);
  CHECK(worst_window(packets, test::keys::whole, 2s).packets == 11);
  CHECK(worst_window(packets, test::keys::whole, 900ms).packets == 6);
}
