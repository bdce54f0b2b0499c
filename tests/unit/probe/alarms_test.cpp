// alarms — the queue of points in time, and the one way to wait.
#include "qingdan/probe/alarms.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/lib/fake_net.h"

using namespace qingdan;
using namespace std::chrono_literals;

namespace {

struct Queue final : probe::Alarms {
  std::vector<SteadyTime> earlier;

 protected:
  void on_earlier(SteadyTime at) override { earlier.push_back(at); }
};

struct Note final : probe::Waiter {
  Note(std::string& log_of, char name_of) : log(log_of), name(name_of) {}
  void on_alarm() override { log += name; }
  std::string& log;
  char name;
};

const SteadyTime kNow = SteadyTime{} + 1h;

Awaitable<bool> wait(probe::Event& event, SteadyTime until) {
  auto woken = co_await event.wait_until(until);
  co_return woken;
}

}  // namespace

TEST_CASE("alarms fire in order of time, those of one time in order of setting") {
  Queue alarms;
  std::string log;
  Note a(log, 'a'), b(log, 'b'), c(log, 'c'), d(log, 'd');
  alarms.set(kNow + 2s, b);
  alarms.set(kNow + 1s, a);
  alarms.set(kNow + 2s, c);
  alarms.set(kNow + 9s, d);
  CHECK(alarms.next() == kNow + 1s);
  CHECK(alarms.earlier == std::vector<SteadyTime>{kNow + 2s, kNow + 1s});
  alarms.fire(kNow);
  CHECK(log.empty());
  alarms.fire(kNow + 2s);
  CHECK(log == "abc");
  CHECK(alarms.next() == kNow + 9s);
}

TEST_CASE("a cleared alarm does not fire") {
  Queue alarms;
  std::string log;
  Note a(log, 'a'), b(log, 'b');
  const auto entry = alarms.set(kNow, a);
  alarms.set(kNow, b);
  alarms.clear(entry);
  alarms.fire(SteadyTime::max());
  CHECK(log == "b");
  CHECK_FALSE(alarms.next().has_value());
}

TEST_CASE("an alarm set while firing waits for the next time") {
  Queue alarms;
  struct Again final : probe::Waiter {
    explicit Again(Queue& queue) : alarms(queue) {}
    void on_alarm() override {
      ++fired;
      alarms.set(kNow, *this);
    }
    Queue& alarms;
    int fired{0};
  } again(alarms);
  alarms.set(kNow, again);
  alarms.fire(kNow);
  CHECK(again.fired == 1);
  alarms.fire(kNow);
  CHECK(again.fired == 2);
}

TEST_CASE("an event is woken or its time comes, and leaves nothing behind") {
  test::FakeNet net;
  probe::Event event(net.executor(), net.alarms());
  const auto begun = net.virtual_clock().steady();
  CHECK_FALSE(net.await(wait(event, begun + 5s)));
  CHECK(net.virtual_clock().steady() == begun + 5s);
  struct Waker final : probe::Waiter {
    explicit Waker(probe::Event& of) : event(of) {}
    void on_alarm() override { event.wake(); }
    probe::Event& event;
  } waker(event);
  net.alarms().set(begun + 6s, waker);
  CHECK(net.await(wait(event, begun + 60s)));
  CHECK(net.virtual_clock().steady() == begun + 6s);
  CHECK_FALSE(net.alarms().next().has_value());
}
