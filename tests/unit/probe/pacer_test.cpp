// pacer — budget, window and stop in one answer.
#include "qingdan/probe/pacer.h"

#include <catch2/catch.hpp>

#include "support/lib/rig.h"

using namespace qingdan;
using namespace std::chrono_literals;
using probe::Leave;
using test::Rig;

namespace {

Awaitable<Leave> admit(probe::Pacer& pacer, targets::ApprovedTarget target) {
  auto leave = co_await pacer.admit(std::move(target));
  co_return leave;
}

}  // namespace

TEST_CASE("a permit is granted while the budget lasts, then for later") {
  test::ScopeText text{{"192.0.2.0/24"}, {}, 0, 0, 2, ""};
  Rig rig(test::make_scope(text));
  const auto target = rig.target("192.0.2.1", 22);
  CHECK(rig.pacer.ask(target).leave == Leave::granted);
  const auto next = rig.pacer.ask(target);
  CHECK(next.leave == Leave::later);
  CHECK(next.at > rig.pacer.now());
  CHECK(rig.pacer.ask(rig.target("192.0.2.2", 22)).leave == Leave::granted);
}

TEST_CASE("admit waits for the budget, and no longer") {
  test::ScopeText text{{"192.0.2.0/24"}, {}, 0, 0, 2, ""};
  Rig rig(test::make_scope(text));
  const auto begun = rig.pacer.now();
  for (int i = 0; i < 5; ++i) {
    CHECK(rig.net.await(admit(rig.pacer, rig.target("192.0.2.1", 22))) == Leave::granted);
  }
  CHECK(rig.pacer.now() - begun >= 2s);
  CHECK(rig.pacer.now() - begun < 2500ms);
}

TEST_CASE("a stop and a breach end all permits") {
  Rig rig(test::make_scope("192.0.2.0/25"));
  const auto wide = test::make_scope("192.0.2.0/24");
  const auto outside =
      wide.approve(net::parse_address("192.0.2.200").value(), net::Transport::tcp, 22).value();
  rig.stop = true;
  CHECK(rig.pacer.ask(rig.target("192.0.2.1", 22)).leave == Leave::stopped);
  CHECK(rig.net.await(admit(rig.pacer, rig.target("192.0.2.1", 22))) == Leave::stopped);
  rig.stop = false;
  CHECK(rig.pacer.ask(rig.target("192.0.2.1", 22)).leave == Leave::granted);
  CHECK_FALSE(rig.dialer.permits(outside));
  CHECK(rig.pacer.ask(rig.target("192.0.2.1", 22)).leave == Leave::stopped);
}

TEST_CASE("the calendar is asked again when a second has passed, or the wall clock jumps back") {
  // The clock of the tests begins on a Thursday in May 2026; the authorisation ends in 2099.
  Rig rig(test::make_scope("192.0.2.0/24"));
  const auto target = rig.target("192.0.2.1", 22);
  CHECK(rig.pacer.ask(target).leave == Leave::granted);
  const auto century = std::chrono::hours(24 * 365 * 100LL);
  rig.net.virtual_clock().jump_wall_clock(century);
  CHECK(rig.pacer.ask(target).leave == Leave::window_closed);
  rig.net.virtual_clock().jump_wall_clock(-century);
  CHECK(rig.pacer.ask(target).leave == Leave::granted);
}

TEST_CASE("a closed zone says when it opens, and the scope when its first one does") {
  const UnixMillis start = test::FakeNet().clock().now();
  test::ScopeText text{{"192.0.2.0/24"}, {}, 0, 0, 0, ""};
  text.windows = "[[window]]\nfrom = " + format_local(start + 10min).substr(11) +
                 "\nto = " + format_local(start + 20min).substr(11) + "\n";
  Rig rig(test::make_scope(text));
  const auto target = rig.target("192.0.2.1", 22);
  const auto permit = rig.pacer.ask(target);
  CHECK(permit.leave == Leave::window_closed);
  CHECK(format_local(permit.opens) == format_local(start + 10min));
  CHECK(rig.pacer.closed_until() == permit.opens);
  CHECK(rig.pacer.closed_until("z") == permit.opens);
  rig.net.virtual_clock().advance(11min);
  CHECK(rig.pacer.closed_until() == UnixMillis{});
  CHECK(rig.pacer.ask(target).leave == Leave::granted);
}

TEST_CASE("what a cap holds is bound until it has left, fragile hosts without caps too") {
  test::ScopeText text{{"192.0.2.0/24"}, {}, 0, 0, 0, ""};
  Rig rig(test::make_scope(text));
  const auto at = rig.pacer.moment();
  CHECK(at.steady == rig.pacer.now());
  CHECK(rig.pacer.ask(rig.target("192.0.2.1", 22), {}, at).leave == Leave::granted);
  CHECK(rig.pacer.unbound());
  probe::Devices devices({{rig.target("192.0.2.2", 22).ip(), probe::DeviceKind::printer}});
  rig.dialer.mind(devices);
  CHECK(rig.pacer.ask(rig.target("192.0.2.2", 22), {}, at).leave == Leave::granted);
  CHECK_FALSE(rig.pacer.unbound());
  rig.pacer.left();
  CHECK(rig.pacer.unbound());
}
