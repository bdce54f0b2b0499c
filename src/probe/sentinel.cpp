// sentinel — see the header.
#include "qingdan/probe/sentinel.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

using std::chrono::milliseconds;

// The kernel repeats a lost SYN after a second (RFC 6298 §2.1), so one lost packet is no silence.
constexpr milliseconds kPatience{3000};
constexpr milliseconds kDrain{300};
// A check takes three questions of at most three seconds; a path that is down is not waited for.
constexpr milliseconds kLastChecks{30'000};

}  // namespace

Sentinel::Sentinel(Pacer& pacer, Guard& guard, OnTrip on_trip)
    : pacer_(pacer),
      guard_(guard),
      on_trip_(std::move(on_trip)),
      event_(pacer.dialer().sockets().executor(), pacer.dialer().sockets().alarms()) {}

// What was our own doing (no permit, no descriptor, a stop) says nothing of the host.
Awaitable<void> Sentinel::ask(Sentinel& sentinel, targets::ApprovedTarget target, bool control) {
  const Errand errand{"sentinel", true};
  bool answered = true;
  auto leave = co_await sentinel.pacer_.admit(target, errand);
  const auto asked = sentinel.pacer_.now();
  if (leave == Leave::granted) {
    ++sentinel.sent_;
    const Deadline by{asked + kPatience};
    auto connection = co_await sentinel.pacer_.dialer().dial(target, by);
    const auto outcome = connection.outcome();
    answered = outcome != DialOutcome::timeout && outcome != DialOutcome::unreachable;
    if (connection.connected()) {
      const Deadline drained{sentinel.pacer_.now() + kDrain};
      co_await connection.finish(drained);
    }
  }
  if (!control) {
    sentinel.guard_.on_check(target.ip(), answered, asked, sentinel.pacer_.now());
  }
  --sentinel.asking_;
  sentinel.event_.wake();
}

void Sentinel::start_checks() {
  auto& dialer = pacer_.dialer();
  for (const auto& check : guard_.take_checks(pacer_.now())) {
    const auto target = dialer.scope().approve(check.ip, check.port.transport, check.port.port);
    QD_ENSURES(target.has_value());  // it answered us, and a scope never changes
    ++asking_;
    boost::asio::co_spawn(dialer.sockets().executor(), ask(*this, *target, check.control),
                          boost::asio::detached);
  }
}

void Sentinel::finish() {
  finished_ = true;
  event_.wake();
}

Awaitable<void> Sentinel::run() {
  std::optional<SteadyTime> last;  // of the checks that may still be made
  while (true) {
    const bool halted = pacer_.stopped() || pacer_.dialer().breaches() != 0;
    if (!halted) start_checks();
    for (const auto& trip : guard_.take_trips()) on_trip_(trip);
    if (finished_ && !last) last = pacer_.now() + kLastChecks;
    const bool done = halted || guard_.suspects() == 0 || (last && pacer_.now() >= *last);
    if ((halted || (finished_ && done)) && asking_ == 0) break;
    if (halted && asking_ != 0) pacer_.dialer().abort_waits();
    const auto until = pacer_.now() + kStopCheck;
    co_await event_.wait_until(until);
  }
}

}  // namespace qingdan::probe
