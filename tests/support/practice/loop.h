// loop — one epoll, one thread, timers: all that the practice network runs on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include "qingdan/base/handle.h"
#include "qingdan/base/result.h"

namespace qingdan::practice {

class Loop {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void on_ready(std::uint32_t events) = 0;  // EPOLLIN, EPOLLOUT …
  };
  using Id = std::uint64_t;  // never reused: a late event of a closed descriptor finds nobody

  [[nodiscard]] static Result<std::unique_ptr<Loop>> open();

  // 0 where epoll cannot watch it: a regular file, /dev/null.
  Id watch(const UniqueFd& fd, std::uint32_t events, Handler& handler);
  void change(const UniqueFd& fd, Id id, std::uint32_t events);
  void forget(const UniqueFd& fd, Id id);

  Id after(std::chrono::milliseconds delay, std::function<void()> action);
  void cancel(Id timer);

  void run();  // until stop()
  void stop() { stopped_ = true; }

 private:
  explicit Loop(UniqueFd epoll) : epoll_(std::move(epoll)) {}
  using Moment = std::chrono::steady_clock::time_point;
  [[nodiscard]] int wait_ms() const;
  void run_due_timers();

  UniqueFd epoll_;
  bool stopped_ = false;
  Id last_id_ = 0;
  std::unordered_map<Id, Handler*> handlers_;
  std::map<std::pair<Moment, Id>, std::function<void()>> timers_;
  std::unordered_map<Id, Moment> timer_moments_;
};

}  // namespace qingdan::practice
