// task — the coroutine vocabulary: one awaitable type, deadlines as points in time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "qingdan/base/clock.h"

namespace qingdan {

template <class T>
using Awaitable = boost::asio::awaitable<T>;
using Executor = boost::asio::any_io_executor;

// A point on the steady clock by which something must have ended.
struct Deadline {
  SteadyTime at;
};
inline Deadline earlier(Deadline a, Deadline b) { return a.at < b.at ? a : b; }

}  // namespace qingdan
