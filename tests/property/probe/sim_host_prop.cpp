// sim_host_prop — the hosts of the simulated world say what RFC 9293, 792, 4443 and 4861 let hosts
// say, and break as the devices do that they stand for.
#include <catch2/catch.hpp>

#include "sim_bench.h"

using namespace qingdan;
using namespace std::chrono_literals;
using Kind = net::Packet::Kind;
using net::Transport;
using test::PortKind;
using test::SimBench;

namespace {

constexpr std::uint8_t kSynAck = net::kSyn | net::kAck, kRstAck = net::kRst | net::kAck;

void set_port(SimBench& bench, std::string_view ip, std::uint16_t port, PortKind kind) {
  bench.rig.net.host(ip).ports[{Transport::tcp, port}].kind = kind;
}

}  // namespace

TEST_CASE("a host answers a SYN by the state of the port, IPv4 and IPv6 alike") {
  const auto* ip = GENERATE("192.0.2.7", "2001:db8::7");
  SimBench bench(
      test::make_scope(test::ScopeText{{"192.0.2.0/24", "2001:db8::/112"}, {}, 0, 0, 0, ""}));
  bench.rig.net.listen(ip, 22, test::peers::silent());
  set_port(bench, ip, 23, PortKind::silent);
  set_port(bench, ip, 24, PortKind::prohibited);

  for (const std::uint16_t port : {22, 23, 25}) bench.syn(ip, port);
  auto heard = bench.heard();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].packet.flags == kSynAck);
  CHECK(heard[0].packet.source_port == 22);
  CHECK(heard[0].packet.target_port == 31'900);
  CHECK(heard[0].packet.ack == 0);  // kSeq + 1
  CHECK(heard[0].packet.window == 64240);
  CHECK(heard[0].packet.hop_limit == 61);
  CHECK(heard[0].options.size() == 12);
  CHECK(heard[0].at == bench.begun + 2ms);
  CHECK(heard[1].packet.flags == kRstAck);
  CHECK(heard[1].packet.source_port == 25);
  CHECK(heard[1].packet.ack == 0);

  bench.syn(ip, 24);
  heard = bench.heard();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].packet.kind == Kind::icmp_error);
  const auto& quoted = heard[0].packet.quoted;
  CHECK(quoted.target.to_string() == ip);
  CHECK(quoted.target_port == 24);
  CHECK(quoted.source_port == 31'900);
  CHECK(quoted.seq == SimBench::kSeq);
  CHECK(bench.rig.sim.record().malformed() == 0);
}

TEST_CASE("our kernel resets a SYN-ACK it did not ask for; else it is repeated after 1 s and 2 s") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.net.listen("192.0.2.7", 22, test::peers::silent());
  bench.syn("192.0.2.7", 22);
  CHECK(bench.heard().size() == 1);
  CHECK(bench.rig.sim.record().sent(test::Origin::kernel) == 1);

  bench.rig.sim.set_kernel_resets(false);
  const auto again = bench.rig.net.clock().steady();
  bench.syn("192.0.2.7", 22);
  const auto heard = bench.heard();
  REQUIRE(heard.size() == 3);
  CHECK(heard[0].at - again == 2ms);
  CHECK(heard[1].at - again == 1s + 2ms);
  CHECK(heard[2].at - again == 3s + 2ms);
  CHECK(heard[2].packet.seq == heard[0].packet.seq);
}

TEST_CASE("a handshake finished by hand is acknowledged, and an ACK nobody waits for is reset") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.sim.set_kernel_resets(false);
  bench.rig.net.listen("192.0.2.7", 9100, test::peers::silent());
  auto& host = bench.rig.sim.host("192.0.2.7");
  bench.syn("192.0.2.7", 9100);
  bench.wait(10ms);
  const auto answer = bench.drain();
  REQUIRE(answer.size() == 1);
  bench.send_tcp("192.0.2.7", 9100, net::kAck | net::kPsh, answer[0].packet.seq + 1, "page");
  bench.send_tcp("192.0.2.7", 80, net::kAck, 77);
  const auto heard = bench.heard();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].packet.flags == net::kAck);
  CHECK(heard[0].packet.ack == 4);
  CHECK(heard[1].packet.flags == net::kRst);
  CHECK(heard[1].packet.seq == 77);
  CHECK(host.log().completed == 1);
  CHECK(as_text(host.log().said.at(9100)) == "page");
  CHECK(bench.rig.sim.record().payload_to(net::parse_address("192.0.2.7").value(), 9100) == 4);
}

TEST_CASE("ICMP errors and resets are rationed") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.net.host("192.0.2.7").others.kind = PortKind::prohibited;
  bench.rig.sim.host("192.0.2.8").traits.resets_per_second = 20;
  for (int i = 0; i < 300; ++i) {
    bench.syn("192.0.2.7", static_cast<std::uint16_t>(1000 + i));
    bench.syn("192.0.2.8", static_cast<std::uint16_t>(1000 + i));
    bench.wait(10ms);
  }
  std::map<Kind, int> count;
  for (const auto& one : bench.heard()) ++count[one.packet.kind];
  CHECK(count[Kind::icmp_error] == 3);
  CHECK(count[Kind::tcp] == 60);
}

TEST_CASE("echo and timestamp requests are answered by those who do") {
  SimBench bench(
      test::make_scope(test::ScopeText{{"192.0.2.0/24", "2001:db8::/112"}, {}, 0, 0, 0, ""}));
  bench.rig.sim.host("192.0.2.7");
  bench.rig.sim.host("192.0.2.8").traits.echo = false;
  bench.rig.sim.host("2001:db8::7");
  for (const auto* ip : {"192.0.2.7", "192.0.2.8", "192.0.2.9", "2001:db8::7"}) {
    const auto target = net::parse_address(ip).value();
    const auto source = bench.rig.sim.find_way(target).value().source;
    bench.send(target, net::build_echo(source, target, 7, 9));
    if (target.is_v4()) bench.send(target, net::build_timestamp(source, target, 7, 9, 1234));
  }
  std::map<std::string, int> echoes, stamps;
  for (const auto& one : bench.heard()) {
    CHECK(one.packet.icmp_id == 7);
    CHECK(one.packet.icmp_sequence == 9);
    auto& seen = one.packet.kind == Kind::echo_reply ? echoes : stamps;
    ++seen[one.packet.source.to_string()];
  }
  CHECK(echoes == std::map<std::string, int>{{"192.0.2.7", 1}, {"2001:db8::7", 1}});
  CHECK(stamps == std::map<std::string, int>{{"192.0.2.7", 1}, {"192.0.2.8", 1}});
  CHECK(bench.rig.sim.record().malformed() == 0);
}

TEST_CASE("neighbours are found by ARP and neighbour discovery, and only their MAC reaches them") {
  const auto* ip = GENERATE("192.0.2.7", "2001:db8::7");
  SimBench bench(
      test::make_scope(test::ScopeText{{"192.0.2.0/24", "2001:db8::/112"}, {}, 0, 0, 0, ""}));
  const auto target = net::parse_address(ip).value();
  probe::Way on_link;
  on_link.covers = net::block_of(target);
  on_link.interface = "eth0";
  on_link.source = net::parse_address(target.is_v4() ? "192.0.2.1" : "2001:db8::1").value();
  on_link.own = {{0x02, 0, 0, 0, 0, 1}};
  on_link.ethernet = on_link.on_link = true;
  bench.rig.sim.add_way(on_link);
  bench.rig.sim.host(ip);
  bench.send(target, target.is_v4()
                         ? net::build_arp_request(on_link.own, on_link.source, target)
                         : net::build_neighbour_solicitation(on_link.own, on_link.source, target));
  bench.rig.net.run();
  std::optional<net::ArpReply> reply;
  bench.link(ip).receive(
      [&](BytesView frame, bool ethernet, SteadyTime) {
        REQUIRE(ethernet);
        const auto view = net::parse_ethernet(frame).value();
        CHECK(view.to == on_link.own);
        reply = target.is_v4() ? net::parse_arp_reply(view.payload)
                               : net::parse_neighbour_advertisement(view.payload);
      },
      10);
  REQUIRE(reply.has_value());
  CHECK(reply->ip == target);
  CHECK(reply->mac == test::mac_of(target));

  net::SynFrame frame(on_link.source, true, on_link.own, reply->mac);
  Bytes bytes(frame.size());
  frame.write(bytes.data(), target, 31'900, 80, 5);
  bench.send(target, bytes);
  CHECK(bench.heard().size() == 1);
  bytes[5] ^= 1;
  bench.send(target, bytes);
  CHECK(bench.heard().empty());
  CHECK(bench.rig.sim.record().malformed() == 1);
}

TEST_CASE("a device with four slots hangs at the fifth connection that is not closed") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.sim.set_kernel_resets(false);
  auto& plc = bench.rig.sim.host("192.0.2.7");
  plc.traits.slots = 4;
  bench.rig.net.listen("192.0.2.7", 502, test::peers::silent());
  for (int i = 0; i < 4; ++i) {
    bench.source_port = static_cast<std::uint16_t>(31'900 + i);
    bench.syn("192.0.2.7", 502);
  }
  bench.wait(500ms);
  CHECK_FALSE(plc.dead());
  CHECK(bench.drain().size() == 4);
  bench.source_port = 31'910;
  bench.syn("192.0.2.7", 502);
  bench.syn("192.0.2.7", 80);
  CHECK(bench.heard().empty());
  CHECK(plc.dead());
  CHECK(plc.log().most_slots == 5);
}

TEST_CASE("with our kernel's resets the four slots are free again after a round trip") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  auto& plc = bench.rig.sim.host("192.0.2.7");
  plc.traits.slots = 4;
  bench.rig.net.listen("192.0.2.7", 502, test::peers::silent());
  for (int i = 0; i < 50; ++i) {
    bench.syn("192.0.2.7", 502);
    bench.wait(25ms);
  }
  CHECK_FALSE(plc.dead());
  CHECK(plc.log().most_slots == 1);
}

TEST_CASE("a frail host dies after so many packets and says nothing from then on") {
  SimBench bench(test::make_scope("192.0.2.0/24"));
  bench.rig.sim.host("192.0.2.7").traits.dies_after_packets = 5;
  for (std::uint16_t port = 1; port <= 20; ++port) bench.syn("192.0.2.7", port);
  CHECK(bench.heard().size() == 5);
}
