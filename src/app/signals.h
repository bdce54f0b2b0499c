// signals — SIGINT and SIGTERM set a flag while an object of this class lives: the run ends in
// order, and what it found is kept. A second signal ends the program at once.
#pragma once

#include <atomic>

namespace qingdan::app {

class StopOnSignal {
 public:
  explicit StopOnSignal(std::atomic<bool>& stop);
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
};

}  // namespace qingdan::app
