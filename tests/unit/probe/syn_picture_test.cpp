// syn_picture — which hosts and blocks look like a machine in front, from the answers of a sweep.
#include "qingdan/probe/syn_picture.h"

#include <catch2/catch.hpp>

#include "qingdan/probe/canary.h"
#include "qingdan/probe/fronts.h"
#include "qingdan/probe/syn_sweep.h"
#include "support/lib/sim_rig.h"
#include "support/lib/sweeps.h"

using namespace qingdan;
using namespace std::chrono_literals;
using probe::SynPicture;
using test::SimRig;

namespace {

constexpr probe::SynAckTraits kLinux{64'240, 0x1234, 61, 8ms};

net::Address at(std::uint32_t last, std::uint32_t block = 2) {
  return net::Address::v4(192U << 24 | block << 8 | last);
}
std::uint64_t whole(const net::Prefix&) { return 254; }
bool everywhere(const net::Address&) { return true; }

struct Looking final : probe::SweepSink {
  void on_port(const targets::ApprovedTarget&, const model::PortResult&) override {}
  void on_observations(std::vector<model::Observation>) override {}
  void on_look(const net::Address& ip, bool open, const probe::SynAckTraits& traits) override {
    picture.on_answer(ip, open, traits);
  }
  SynPicture picture;
};

// A half-open sweep of ports 1 to 60 of 192.0.2.0/24.
struct Swept {
  explicit Swept(test::ActorPtr front)
      : rig(test::make_scope(test::ScopeText{{"192.0.2.0/24"}, {}, 0, 0, 0, ""})) {
    for (const int last : {5, 6, 9}) {
      const auto name = "192.0.2." + std::to_string(last);
      rig.net.host(name).round_trip = 40ms;
      rig.sim.host(name);
      rig.net.listen(name, 22, test::peers::silent());
    }
    if (front) rig.sim.add(std::move(front));
    const test::Grid source(rig.scope, "1-60");
    probe::SynSweep sweep(rig.pacer, rig.sim, source, sink, {});
    CHECK(rig.net.await(sweep.run()).has_value());
  }
  [[nodiscard]] std::vector<net::Prefix> fronted() const {
    return sink.picture.fronted_blocks([](const auto&) { return 256U; });
  }
  SimRig rig;
  Looking sink;
};

const auto kBlock = net::parse_prefix("192.0.2.0/24").value();

}  // namespace

TEST_CASE("P2: half of a block alike looks fronted, fewer or different ones do not") {
  SynPicture picture;
  for (std::uint32_t i = 1; i <= 120; ++i) picture.on_answer(at(i), true, kLinux);
  CHECK(picture.fronted_blocks(whole).empty());
  for (std::uint32_t i = 121; i <= 140; ++i) picture.on_answer(at(i), true, kLinux);
  CHECK(picture.fronted_blocks(whole) == std::vector{net::block_of(at(1))});
  auto other = kLinux;
  other.window = 1024;
  for (std::uint32_t i = 141; i <= 170; ++i) picture.on_answer(at(i), true, other);
  CHECK(picture.fronted_blocks(whole).empty());
  SynPicture few;
  for (std::uint32_t i = 1; i < probe::kLeastAsked; ++i) few.on_answer(at(i), true, kLinux);
  CHECK(few.fronted_blocks([](const auto&) { return 15U; }).empty());
}

TEST_CASE("dark addresses are those known for it, then those that answered nothing, two at most") {
  SynPicture picture;
  for (std::uint32_t i = 100; i <= 255; ++i) picture.on_answer(at(i), i % 2 == 0, kLinux);
  const auto block = net::block_of(at(1));
  CHECK(picture.dark_of(block, {at(7), at(8), at(9)}, everywhere) == std::vector{at(7), at(8)});
  CHECK(picture.dark_of(block, {at(7), at(7, 3)}, everywhere) == std::vector{at(7), at(99)});
  CHECK(picture.dark_of(block, {}, everywhere) == std::vector{at(99), at(98)});
  CHECK(picture.dark_of(block, {}, [](const auto& ip) { return ip != at(99); }) ==
        std::vector{at(98), at(97)});
  CHECK(picture.dark_of(block, {}, [](const auto&) { return false; }).empty());
}

TEST_CASE("P1: hosts behind a SYN proxy are suspect by their SYN-ACKs, ordinary ones are not") {
  Swept plain(nullptr);
  CHECK(plain.sink.picture.suspects(60).empty());
  CHECK(plain.fronted().empty());
  Swept behind(test::actors::syn_proxy(kBlock));
  CHECK(behind.sink.picture.suspects(60).size() == 256);
  CHECK(behind.fronted() == std::vector{kBlock});
  CHECK(behind.sink.picture.judge(at(5), 60).reasons.size() >= 3);
}

TEST_CASE("a firewall that accepts for everybody is recognised, and asked where nobody is") {
  for (const bool dead_too : {false, true}) {
    Swept behind(test::actors::open_firewall(kBlock, dead_too));
    CHECK(behind.fronted().size() == (dead_too ? 1 : 0));
    CHECK(behind.sink.picture.suspects(60).size() == (dead_too ? 256 : 3));
    if (!dead_too) continue;
    // Every address answered, so nobody is known to be dark but by the register.
    CHECK(behind.sink.picture.dark_of(kBlock, {}, everywhere).empty());
    const auto dark = behind.sink.picture.dark_of(kBlock, {at(77)}, everywhere);
    REQUIRE(dark == std::vector{at(77)});
    auto tls = std::move(probe::open_tls_context()).value();
    auto asked = behind.rig.net.await(
        probe::ask_canaries(behind.rig.pacer, *tls, dark[0], {40'001, 40'002, 40'003}, {}));
    REQUIRE(asked.suspect());
    probe::Fronts fronts;
    fronts.on_open(at(5), {net::Transport::tcp, 22}, 0);
    for (const auto& said : asked.said) fronts.on_dark(kBlock, probe::shape_of(said));
    CHECK(fronts.judge(whole, {}).size() == 1);
  }
}
