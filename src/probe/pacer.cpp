// pacer — see the header.
#include "qingdan/probe/pacer.h"

#include <algorithm>

namespace qingdan::probe {

namespace {

// The calendar is minutes apart from changing; asking it once a second keeps it out of the sum.
constexpr std::chrono::milliseconds kCalendarKept{1000};
// How soon to ask again for a host whose sentinel is being asked; that takes seconds.
constexpr std::chrono::milliseconds kHeld{500};
// And for a fragile host with a connection of ours.
constexpr std::chrono::milliseconds kLineHeld{100};

// The opening that an answer named: it holds no longer then, however fresh.
bool has_come(UnixMillis opens, UnixMillis now) { return opens.value != 0 && now >= opens; }

}  // namespace

Pacer::Pacer(Dialer& dialer, targets::Budget& budget, const std::atomic<bool>& stop)
    : dialer_(dialer), budget_(budget), stop_(stop), zones_(dialer.scope().zones()) {
  dialer_.charge(budget_);
}

// A wall clock that jumped back makes the age negative: ask again then too.
bool Pacer::is_fresh(UnixMillis asked, UnixMillis now) const {
  return asked.value != 0 && now >= asked && now - asked < kCalendarKept;
}

const Pacer::Seen& Pacer::window(const std::string& zone, UnixMillis now) {
  if (last_window_ == nullptr || last_window_->first != zone) {
    last_window_ = &*windows_.try_emplace(zone).first;
  }
  auto& seen = last_window_->second;
  if (is_fresh(seen.asked, now) && !has_come(seen.opens, now)) return seen;
  const auto opens = targets::next_valid_opening(dialer_.scope(), zone, now);
  seen = Seen{opens == now, opens && *opens != now ? *opens : UnixMillis{}, now};
  return seen;
}

UnixMillis Pacer::closed_until() {
  const auto now = dialer_.clock().now();
  if (is_fresh(closed_asked_, now) && !has_come(closed_until_, now)) return closed_until_;
  closed_asked_ = now;
  closed_until_ = {};
  for (const auto& zone : zones_) {
    const auto& seen = window(zone, now);
    if (seen.open) return closed_until_ = {};
    if (seen.opens.value != 0 && (closed_until_.value == 0 || seen.opens < closed_until_)) {
      closed_until_ = seen.opens;
    }
  }
  return closed_until_;
}

Permit Pacer::ask_guard(const net::Address& ip, SteadyTime now) const {
  switch (dialer_.guard()->ruling(ip)) {
    case Ruling::free:
      return {Leave::granted, {}, {}};
    case Ruling::hold:
      return {Leave::later, now + kHeld, {}};
    case Ruling::host:
    case Ruling::block:
    case Ruling::run:
      break;
  }
  return {Leave::guarded, {}, {}};
}

PortClass Pacer::class_of(const targets::ApprovedTarget& target) const {
  const net::TransportPort port{target.transport(), target.port()};
  const auto* devices = dialer_.devices();
  return devices != nullptr ? devices->class_of(target.ip(), port) : probe::class_of(port);
}

Permit Pacer::ask(const targets::ApprovedTarget& target, Errand errand, Moment at) {
  if (stopped() || dialer_.breaches() != 0) return {Leave::stopped, {}, {}};
  const auto& seen = window(target.zone(), at.wall);
  if (!seen.open) return {Leave::window_closed, {}, seen.opens};
  auto* guard = errand.sentinel ? nullptr : dialer_.guard();
  if (guard != nullptr) {
    const auto allowed = ask_guard(target.ip(), at.steady);
    if (allowed.leave != Leave::granted) return allowed;
  }
  const auto* devices = dialer_.devices();
  const bool fragile = devices != nullptr && devices->fragile(target.ip());
  const bool connects = target.transport() == net::Transport::tcp;
  if (devices != nullptr && connects && devices->connected_before(target.ip(), target.port())) {
    return {Leave::guarded, {}, {}};
  }
  if (fragile && connects && devices->busy(target.ip()))
    return {Leave::later, at.steady + kLineHeld, {}};
  const auto later = budget_.try_take(target.ip(), at.steady, {1, true, fragile});
  if (later) {
    if (fragile && fragile_held_.insert(target.ip()).second) ++fragile_count_;
    return {Leave::later, *later, {}};
  }
  if (guard != nullptr) {
    guard->on_sent(target.ip(), {target.transport(), target.port()}, errand.what, at.steady,
                   errand.half_open);
  }
  return {Leave::granted, {}, {}};
}

Awaitable<Leave> Pacer::admit(targets::ApprovedTarget target, Errand errand) {
  Event timer(dialer_.sockets().executor(), dialer_.sockets().alarms());
  while (true) {
    const auto permit = ask(target, errand);
    if (permit.leave != Leave::later) co_return permit.leave;
    const auto until = std::min(permit.at, now() + kStopCheck);
    co_await timer.wait_until(until);
  }
}

}  // namespace qingdan::probe
