// channel — the only thing that joins two threads: a bounded queue of values, closed by its writer.
//
// A full channel makes the writer wait: nothing is dropped. Who must not wait uses try_push, and keeps
// the value or counts the loss.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan {

// Any number of writers and readers.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) { QD_EXPECTS(capacity > 0); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Waits while full. False: closed, the value is gone.
  bool push(T value) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || held_.size() < capacity_; });
    if (closed_) return false;
    held_.push_back(std::move(value));
    some_.notify_one();
    return true;
  }
  // Without waiting. False: full or closed, and the value was not taken.
  bool try_push(T value) {
    std::unique_lock lock(mutex_);
    if (closed_ || held_.size() >= capacity_) return false;
    held_.push_back(std::move(value));
    some_.notify_one();
    return true;
  }
  // Waits while empty. nullopt: closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    some_.wait(lock, [this] { return closed_ || !held_.empty(); });
    if (held_.empty()) return std::nullopt;
    std::optional<T> value(std::move(held_.front()));
    held_.pop_front();
    room_.notify_one();
    return value;
  }
  // Without waiting; nullopt: empty just now.
  std::optional<T> try_pop() {
    std::unique_lock lock(mutex_);
    if (held_.empty()) return std::nullopt;
    std::optional<T> value(std::move(held_.front()));
    held_.pop_front();
    room_.notify_one();
    return value;
  }
  void close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    some_.notify_all();
    room_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_, some_;
  std::deque<T> held_;
  const std::size_t capacity_;
  bool closed_ = false;
};

}  // namespace qingdan
