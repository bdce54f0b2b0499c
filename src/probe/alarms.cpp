// alarms — see the header. The suspension itself is an Asio timer that never expires: cancelling it
// resumes the coroutine through the executor, so nobody is resumed from inside fire().
#include "qingdan/probe/alarms.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qingdan::probe {

namespace asio = boost::asio;

Alarms::Entry Alarms::set(SteadyTime at, Waiter& waiter) {
  const bool earlier = queue_.empty() || at < queue_.begin()->first;
  const auto entry = queue_.emplace(at, &waiter);
  if (earlier) on_earlier(at);
  return entry;
}

std::optional<SteadyTime> Alarms::next() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first;
}

void Alarms::fire(SteadyTime now) {
  // A waiter may set a new alarm that is due at once: those wait for the next call.
  Queue due;
  while (!queue_.empty() && queue_.begin()->first <= now) {
    due.insert(due.end(), queue_.extract(queue_.begin()));
  }
  for (const auto& [at, waiter] : due) waiter->on_alarm();
}

struct Event::Held final : Waiter {
  Held(Executor executor, Alarms& alarms_of)
      : timer(std::move(executor), asio::steady_timer::time_point::max()), alarms(alarms_of) {}
  void on_alarm() override {
    pending = false;
    timer.cancel();
  }
  void drop() {
    if (pending) alarms.clear(entry);
    pending = false;
  }

  asio::steady_timer timer;
  Alarms& alarms;
  Alarms::Entry entry;
  bool pending{false};
  bool woken{false};
};

Event::Event(Executor executor, Alarms& alarms)
    : held_(std::make_unique<Held>(std::move(executor), alarms)) {}

Event::~Event() { held_->drop(); }

Awaitable<bool> Event::wait_until(SteadyTime at) {
  held_->woken = false;
  held_->entry = held_->alarms.set(at, *held_);
  held_->pending = true;
  co_await held_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  held_->drop();
  co_return held_->woken;
}

void Event::wake() {
  held_->woken = true;
  held_->timer.cancel();
}

}  // namespace qingdan::probe
