// dialer — the guard in front of every socket.
#include "qingdan/probe/dialer.h"

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"
#include "support/lib/rig.h"

using namespace qingdan;
using probe::DialOutcome;
using test::FakeNet;
using test::Rig;

namespace {

Awaitable<DialOutcome> dial_once(probe::Dialer& dialer, targets::ApprovedTarget target) {
  const Deadline by{dialer.clock().steady() + std::chrono::milliseconds(100)};
  auto connection = co_await dialer.dial(std::move(target), by);
  co_return connection.outcome();
}

Awaitable<bool> write_after_narrowing(probe::Dialer& wide, targets::ApprovedTarget target,
                                      probe::Dialer& narrow, bool& connected) {
  const Deadline by{wide.clock().steady() + std::chrono::seconds(1)};
  auto connected_to = co_await wide.sockets().connect(target, by);
  connected = connected_to.outcome == DialOutcome::connected;
  probe::Connection connection(narrow, target, std::move(connected_to), nullptr);
  auto bytes = to_bytes("hello");
  auto written = co_await connection.write(std::move(bytes), by);
  co_await connection.finish(by);
  co_return written;
}

}  // namespace

TEST_CASE("a dial inside the scope reaches the host and measures the round trip") {
  Rig rig(test::make_scope("192.0.2.0/24"));
  rig.net.listen("192.0.2.7", 22, test::peers::silent());
  rig.net.host("192.0.2.7").ports[{net::Transport::tcp, 25}].kind = test::PortKind::unreachable;
  rig.net.host("192.0.2.7").ports[{net::Transport::tcp, 26}].kind = test::PortKind::prohibited;

  CHECK(rig.net.await(dial_once(rig.dialer, rig.target("192.0.2.7", 22))) ==
        DialOutcome::connected);
  CHECK(rig.net.await(dial_once(rig.dialer, rig.target("192.0.2.7", 23))) == DialOutcome::refused);
  CHECK(rig.net.await(dial_once(rig.dialer, rig.target("192.0.2.8", 23))) == DialOutcome::timeout);
  CHECK(rig.net.await(dial_once(rig.dialer, rig.target("192.0.2.7", 25))) ==
        DialOutcome::unreachable);
  CHECK(rig.net.await(dial_once(rig.dialer, rig.target("192.0.2.7", 26))) ==
        DialOutcome::prohibited);
  rig.net.set_descriptors(0);
  CHECK(rig.net.await(dial_once(rig.dialer, rig.target("192.0.2.7", 22))) ==
        DialOutcome::exhausted);
  CHECK(rig.dialer.breaches() == 0);
  CHECK(rig.dialer.breach().has_value());
}

TEST_CASE("a target of another scope is not dialled, and nothing is dialled after it") {
  const auto wide = test::make_scope("192.0.2.0/24");
  Rig rig(test::make_scope({{"192.0.2.0/24"}, {"192.0.2.64/26"}, 0, 0, 0, ""}));
  const auto outside =
      wide.approve(net::parse_address("192.0.2.70").value(), net::Transport::tcp, 80).value();

  CHECK(rig.net.await(dial_once(rig.dialer, outside)) == DialOutcome::out_of_scope);
  CHECK(rig.net.await(dial_once(rig.dialer, rig.target("192.0.2.1", 80))) ==
        DialOutcome::out_of_scope);
  auto exchange = rig.dialer.open_udp(rig.target("192.0.2.1", 53, net::Transport::udp));
  CHECK(exchange.send(as_bytes("x")) == probe::DatagramOutcome::out_of_scope);
  CHECK(rig.net.traffic().attempts.empty());
  REQUIRE_FALSE(rig.dialer.breach().has_value());
  CHECK(rig.dialer.breach().error().text.find("192.0.2.70 port 80/tcp") != std::string::npos);
  CHECK(rig.dialer.breach().error().code == ErrorCode::refused);
}

TEST_CASE("bytes are not sent on a connection whose target left the scope meanwhile") {
  Rig wide(test::make_scope("192.0.2.0/24"));
  const auto narrow_scope = test::make_scope("192.0.2.0/25");
  probe::Dialer narrow(narrow_scope, wide.net);
  wide.net.listen("192.0.2.200", 80, test::peers::silent());
  bool connected = false;

  const bool written = wide.net.await(
      write_after_narrowing(wide.dialer, wide.target("192.0.2.200", 80), narrow, connected));

  CHECK(connected);
  CHECK_FALSE(written);
  CHECK(wide.net.payload("192.0.2.200", 80).empty());
  CHECK(narrow.breaches() == 1);
}

namespace {

net::Address random_address(Rng& rng) {
  const auto near = rng.below(2) == 0;
  const auto host = static_cast<std::uint32_t>(rng.next());
  // Half of them in and around the scope, where an error of one would show.
  if (rng.below(8) == 0) {
    std::array<std::uint8_t, 16> six{0x20, 0x01, 0x0d, 0xb8};
    for (std::size_t i = 14; i < six.size(); ++i) {
      six[i] = static_cast<std::uint8_t>(rng.next());
    }
    return net::Address::v6(six);
  }
  return net::Address::v4(near ? 0xC6336000U | (host & 0xFFFF) : host);  // 198.51.96.0/19 and about
}

}  // namespace

TEST_CASE("of a million random targets none outside the scope reaches a socket", "[scope]") {
  // Minted by a wider document, dialled through the guard of a narrower one.
  const auto wide = test::make_scope(
      {{"64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/3", "2001:db8::/112"}, {}, 0, 0, 0, ""});
  const auto narrow = test::make_scope({{"198.51.100.0/22", "2001:db8::4000/114"},
                                        {"198.51.101.128/25", "2001:db8::4100/120"},
                                        0,
                                        0,
                                        0,
                                        ""});
  FakeNet net;
  std::uint64_t reached = 0, outside = 0;
  net.set_hook([&](const test::Attempt& attempt) {
    ++reached;
    if (!narrow.approve(attempt.ip, attempt.port.transport, attempt.port.port)) ++outside;
  });
  Rng rng(20261122);
  std::uint64_t tried = 0, refused = 0;
  while (tried < 1'000'000) {
    const auto transport = rng.below(4) == 0 ? net::Transport::udp : net::Transport::tcp;
    const auto port = static_cast<std::uint16_t>(rng.below(65'536));
    const auto target = wide.approve(random_address(rng), transport, port);
    ++tried;
    if (!target) continue;
    probe::Dialer dialer(narrow, net);  // a new one each time, as a breach is for ever
    if (transport == net::Transport::udp) {
      auto exchange = dialer.open_udp(*target);
      if (exchange.send(as_bytes("x")) == probe::DatagramOutcome::out_of_scope) ++refused;
    } else if (dialer.permits(*target)) {
      // Only what passes costs a coroutine; what does not is refused by the same call in dial().
      net.await(dial_once(dialer, *target));
    } else {
      ++refused;
    }
  }
  CHECK(outside == 0);
  CHECK(reached > 1000);
  CHECK(refused > 100'000);
}

TEST_CASE("a hundred thousand targets dialled outright: none outside reaches a socket", "[scope]") {
  const auto wide = test::make_scope("192.0.0.0/3");
  const auto narrow = test::make_scope({{"198.51.100.0/22"}, {"198.51.101.0/24"}, 0, 0, 0, ""});
  FakeNet net;
  std::uint64_t outside = 0, reached = 0;
  net.set_hook([&](const test::Attempt& attempt) {
    ++reached;
    if (!narrow.contains(attempt.ip)) ++outside;
  });
  Rng rng(7);
  for (int i = 0; i < 100'000; ++i) {
    const auto target = wide.approve(random_address(rng), net::Transport::tcp, 80);
    if (!target) continue;
    probe::Dialer dialer(narrow, net);
    const auto outcome = net.await(dial_once(dialer, *target));
    const bool inside = narrow.contains(target->ip());
    if ((outcome == DialOutcome::out_of_scope) == inside) FAIL(target->ip().to_string());
  }
  CHECK(outside == 0);
  CHECK(reached > 100);
}
