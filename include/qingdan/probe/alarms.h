// alarms — points in time at which something is to be told, ordered; and the one way to wait.
//
// One queue per thread replaces a timer per socket: an entry lives exactly as long as the object
// that waits, so nothing can fire into freed memory, and the in-process network of the tests runs
// the same queue on a virtual clock.
//   A1  an entry that was cleared never fires
//   A2  entries fire in order of time, those of one time in order of setting
// Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "qingdan/base/clock.h"
#include "qingdan/base/task.h"

namespace qingdan::probe {

class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void on_alarm() = 0;  // the entry is gone when this is called
};

class Alarms {
 public:
  using Queue = std::multimap<SteadyTime, Waiter*>;
  using Entry = Queue::iterator;

  virtual ~Alarms() = default;
  Entry set(SteadyTime at, Waiter& waiter);
  void clear(Entry entry) { queue_.erase(entry); }
  [[nodiscard]] std::optional<SteadyTime> next() const;
  // Fires all that are due at `now`; every one there is with SteadyTime::max().
  void fire(SteadyTime now);

 protected:
  // The earliest time moved forward to `at`: whoever drives the queue must wake by then.
  virtual void on_earlier(SteadyTime at) = 0;

 private:
  Queue queue_;
};

// One coroutine waits; anyone on the same thread wakes it. A wake with nobody waiting is lost, so
// the waiter checks its condition first, without an await in between.
class Event {
 public:
  Event(Executor executor, Alarms& alarms);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // True: woken; false: the time came.
  [[nodiscard]] Awaitable<bool> wait_until(SteadyTime at);
  void wake();

 private:
  struct Held;
  std::unique_ptr<Held> held_;
};

}  // namespace qingdan::probe
