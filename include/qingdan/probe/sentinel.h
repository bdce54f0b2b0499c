// sentinel — asks the guard's questions: one plain handshake with a port known to answer, closed
// with FIN, under the budget like everything else. No load on anybody who is not suspected.
// Runs on the thread of its Sockets.
#pragma once

#include <cstdint>
#include <functional>

#include "qingdan/base/task.h"
#include "qingdan/probe/pacer.h"

namespace qingdan::probe {

class Sentinel {
 public:
  using OnTrip = std::function<void(const Trip&)>;

  // All must outlive it; `guard` is the one the pacer's dialer tells.
  Sentinel(Pacer& pacer, Guard& guard, OnTrip on_trip);
  Sentinel(const Sentinel&) = delete;
  Sentinel& operator=(const Sentinel&) = delete;

  // Ends after finish(), once nobody is suspected any more or half a minute has passed; soon after
  // a stop.
  [[nodiscard]] Awaitable<void> run();
  void finish();
  [[nodiscard]] std::uint64_t sent() const { return sent_; }  // handshakes begun

 private:
  static Awaitable<void> ask(Sentinel& sentinel, targets::ApprovedTarget target, bool control);
  void start_checks();

  Pacer& pacer_;
  Guard& guard_;
  OnTrip on_trip_;
  Event event_;
  std::size_t asking_{0};
  std::uint64_t sent_{0};
  bool finished_{false};
};

}  // namespace qingdan::probe
