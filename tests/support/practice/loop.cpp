// loop — see loop.h.
#include "loop.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace qingdan::practice {

Result<std::unique_ptr<Loop>> Loop::open() {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) {
    return Error{
        ErrorCode::exhausted, std::string("cannot create an epoll: ") + strerror(errno), {}};
  }
  return std::unique_ptr<Loop>(new Loop(std::move(epoll)));
}

Loop::Id Loop::watch(const UniqueFd& fd, std::uint32_t events, Handler& handler) {
  const Id id = ++last_id_;
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0) return 0;
  handlers_[id] = &handler;
  return id;
}

void Loop::change(const UniqueFd& fd, Id id, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd.get(), &event);
}

void Loop::forget(const UniqueFd& fd, Id id) {
  if (handlers_.erase(id) != 0) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr);
}

Loop::Id Loop::after(std::chrono::milliseconds delay, std::function<void()> action) {
  const Id id = ++last_id_;
  const auto moment = std::chrono::steady_clock::now() + delay;
  timers_.emplace(std::pair(moment, id), std::move(action));
  timer_moments_[id] = moment;
  return id;
}

void Loop::cancel(Id timer) {
  const auto found = timer_moments_.find(timer);
  if (found == timer_moments_.end()) return;
  timers_.erase(std::pair(found->second, timer));
  timer_moments_.erase(found);
}

int Loop::wait_ms() const {
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first.first - std::chrono::steady_clock::now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return ms < 0 ? 0 : static_cast<int>(ms);
}

void Loop::run_due_timers() {
  const auto now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    timer_moments_.erase(node.key().second);
    node.mapped()();
  }
}

void Loop::run() {
  std::array<epoll_event, 256> events{};
  while (!stopped_) {
    const int count =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
    if (count < 0 && errno != EINTR) return;
    for (int i = 0; i < count && !stopped_; ++i) {
      const auto& event = events.at(static_cast<std::size_t>(i));
      // An earlier event of this batch may have closed this one's connection.
      const auto found = handlers_.find(event.data.u64);
      if (found != handlers_.end()) found->second->on_ready(event.events);
    }
    run_due_timers();
  }
}

}  // namespace qingdan::practice
