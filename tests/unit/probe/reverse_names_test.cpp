// reverse_names — names of addresses, asked of the owner's name server alone.
#include "qingdan/probe/reverse_names.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "qingdan/net/dns_wire.h"
#include "support/lib/rig.h"

using namespace qingdan;
using namespace std::chrono_literals;
using test::Rig;

namespace {

constexpr std::string_view kResolver = "192.0.2.53";

// As a server says it: the question again, and one PTR record where there is a name.
Bytes says(BytesView asked, std::uint16_t flags, std::string_view name) {
  ByteWriter out;
  out.bytes(asked.first(2)).u16be(static_cast<std::uint16_t>(0x8080 | flags));
  out.u16be(1).u16be(name.empty() ? 0 : 1).u16be(0).u16be(0).bytes(asked.subspan(12));
  if (name.empty()) return std::move(out).take();
  ByteWriter data;
  for (const auto label : split(name, '.')) {
    data.u8(static_cast<std::uint8_t>(label.size())).text(label);
  }
  data.u8(0);
  out.u16be(0xC00C).u16be(net::kDnsTypePtr).u16be(net::kDnsClassIn).u32be(60);
  out.u16be(static_cast<std::uint16_t>(data.view().size())).bytes(data.view());
  return std::move(out).take();
}

struct Bench {
  explicit Bench(std::string resolver = "[[resolver]]\naddress = \"192.0.2.53\"\n")
      : rig(test::make_scope({{"192.0.2.0/24"}, {}, 0, 0, 0, std::move(resolver)})) {
    rig.net.host(kResolver).others = {test::PortKind::silent, {}, {}};
  }
  void answers(std::uint16_t flags, std::string name) {
    rig.net.answer_udp(kResolver, 53, [=](BytesView asked) { return says(asked, flags, name); });
  }
  std::optional<model::ReverseName> ask(std::string_view ip) {
    return rig.net.await(names.ask("z", net::parse_address(ip).value()));
  }
  Rig rig;
  probe::ReverseNames names{rig.pacer};
};

}  // namespace

TEST_CASE("a name is asked of the resolver, with recursion, and of nobody else") {
  Bench bench;
  bench.answers(0, "WWW.example.test");
  const auto told = bench.ask("192.0.2.7");
  REQUIRE(told);
  CHECK(told->name == "www.example.test");
  CHECK(told->zone == "z");
  CHECK(told->ip.to_string() == "192.0.2.7");
  CHECK(told->resolver.to_string() == kResolver);
  CHECK(bench.names.sent() == 1);
  const auto& attempts = bench.rig.net.traffic().attempts;
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].ip.to_string() == kResolver);
  CHECK(attempts[0].port.port == 53);
  const auto asked = bench.rig.net.payload(kResolver, 53, net::Transport::udp);
  const auto message = net::parse_dns_message(to_bytes(asked));
  REQUIRE(message);
  CHECK(message->recursion_desired);
  CHECK(message->questions.at(0).name == "7.2.0.192.in-addr.arpa");
}

TEST_CASE("that there is no name is a statement, a refusal is none") {
  Bench none;
  none.answers(net::kDnsNoSuchName, "");
  const auto told = none.ask("192.0.2.7");
  REQUIRE(told);
  CHECK(told->name.empty());
  Bench refused;
  refused.answers(5, "");
  CHECK_FALSE(refused.ask("192.0.2.7"));
  CHECK(refused.names.sent() == 1);
}

TEST_CASE("without a resolver for the zone nothing is sent") {
  Bench bench("");
  CHECK_FALSE(bench.ask("192.0.2.7"));
  CHECK(bench.rig.net.traffic().attempts.empty());
}

TEST_CASE("an answer with another id is passed over, silence is asked once more") {
  Bench stray;
  stray.rig.net.answer_udp(kResolver, 53, [](BytesView asked) {
    auto answer = says(asked, 0, "wrong.example.test");
    answer[0] ^= 0xFF;
    return answer;
  });
  CHECK_FALSE(stray.ask("192.0.2.7"));
  CHECK(stray.names.sent() == 2);
  Bench late;
  int asked_before = 0;
  late.rig.net.answer_udp(kResolver, 53, [&](BytesView asked) -> std::optional<Bytes> {
    if (asked_before++ == 0) return std::nullopt;
    return says(asked, 0, "late.example.test");
  });
  const auto told = late.ask("192.0.2.7");
  REQUIRE(told);
  CHECK(told->name == "late.example.test");
}

TEST_CASE("many at once wait for their turn, and a mute resolver is given up") {
  Bench mute;
  std::size_t done = 0;
  for (int i = 1; i <= 40; ++i) {
    mute.rig.net.spawn([](Bench& bench, int last, std::size_t& count) -> Awaitable<void> {
      const auto ip = net::parse_address("192.0.2." + std::to_string(last)).value();
      auto told = co_await bench.names.ask("z", ip);
      CHECK_FALSE(told);
      ++count;
    }(mute, i, done));
  }
  CHECK(mute.rig.net.run());
  CHECK(done == 40);
  // Those on their way when it was given up, twice each, and no more.
  CHECK(mute.names.sent() <= 2 * (probe::kGivenUpAfter + probe::kAskedAtOnce));
  REQUIRE(mute.names.given_up().size() == 1);
  CHECK(mute.names.given_up()[0].to_string() == kResolver);

  Bench busy;
  busy.answers(0, "a.example.test");
  std::size_t named = 0;
  for (int i = 1; i <= 40; ++i) {
    busy.rig.net.spawn([](Bench& bench, int last, std::size_t& count) -> Awaitable<void> {
      const auto ip = net::parse_address("192.0.2." + std::to_string(last)).value();
      auto told = co_await bench.names.ask("z", ip);
      if (told) ++count;
    }(busy, i, named));
  }
  CHECK(busy.rig.net.run());
  CHECK(named == 40);
  CHECK(busy.names.given_up().empty());
}
