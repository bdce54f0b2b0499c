// send_log — what left, by block and kind.
#include "qingdan/probe/send_log.h"

#include <catch2/catch.hpp>

#include "support/lib/rig.h"

using namespace qingdan;
using model::SendKind;

namespace {
net::Address ip(const char* text) { return net::parse_address(text).value(); }

Awaitable<bool> dial(probe::Dialer& dialer, targets::ApprovedTarget target, SendKind kind) {
  const Deadline by{dialer.clock().steady() + std::chrono::seconds(1)};
  auto made = co_await dialer.dial(std::move(target), by, kind);
  co_return made.connected();
}
}  // namespace

TEST_CASE("packets are counted by block and kind, with the first and the last time") {
  probe::SendLog log;
  log.count(ip("192.0.2.7"), SendKind::tcp_syn, 3, {100}).from = ip("192.0.2.1");
  log.count(ip("192.0.2.200"), SendKind::tcp_syn, 2, {90});
  log.count(ip("192.0.2.7"), SendKind::udp, 1, {120});
  log.count(ip("2001:db8::1"), SendKind::icmp, 1, {130});
  CHECK(log.packets() == 7);
  const auto all = log.take();
  REQUIRE(all.size() == 3);
  CHECK(all[0] ==
        model::SentBlock{ip("192.0.2.0"), SendKind::tcp_syn, ip("192.0.2.1"), 5, {90}, {100}});
  CHECK(all[1].kind == SendKind::udp);
  CHECK(all[2].block == ip("2001:db8::"));
  CHECK(log.empty());
  CHECK(log.take().empty());
}

// The log remembers the entries of late by the last bits of a block.
TEST_CASE("blocks and kinds that resemble each other are counted apart, and after take() anew") {
  probe::SendLog log;
  for (int turn = 1; turn <= 2; ++turn) {
    for (int i = 0; i < 3; ++i) {
      log.count(ip("10.0.1.7"), SendKind::tcp_syn, 1, {100 * turn});
      log.count(ip("10.4.1.7"), SendKind::tcp_syn, 2, {100 * turn});
      log.count(ip("10.0.1.7"), SendKind::icmp, 4, {100 * turn});
      log.count(ip("2001:db8::1"), SendKind::tcp_syn, 8, {100 * turn});
      log.count(ip("2001:db8:0:400::1"), SendKind::tcp_syn, 16, {100 * turn});
    }
    const auto all = log.take();
    REQUIRE(all.size() == 5);
    std::uint64_t sum = 0;
    for (const auto& entry : all) {
      CHECK(entry.first == UnixMillis{100 * turn});
      sum |= entry.packets / 3;
      CHECK(entry.packets % 3 == 0);
    }
    CHECK(sum == 31);
  }
}

TEST_CASE("the dialer writes down what leaves, and nothing that does not") {
  test::Rig rig(test::make_scope("192.0.2.0/25"));
  rig.net.host("192.0.2.1");
  probe::SendLog log;
  rig.dialer.keep_log(log);
  rig.net.await(dial(rig.dialer, rig.target("192.0.2.1", 22), SendKind::tcp_connect));
  rig.net.await(dial(rig.dialer, rig.target("192.0.2.1", 23), SendKind::conversation));
  auto exchange = rig.dialer.open_udp(rig.target("192.0.2.1", 53, net::Transport::udp));
  CHECK(exchange.send(as_bytes("x")) == probe::DatagramOutcome::bytes);
  CHECK(log.packets() == 3);
  const auto all = log.take();
  REQUIRE(all.size() == 3);
  CHECK(all[2].kind == SendKind::conversation);
  const auto wide = test::make_scope("192.0.2.0/24");
  const auto outside = wide.approve(ip("192.0.2.200"), net::Transport::tcp, 22).value();
  rig.net.await(dial(rig.dialer, outside, SendKind::tcp_connect));
  CHECK(log.empty());
}
