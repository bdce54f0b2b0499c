// silence — how far an interview goes with a port that takes connections and says nothing: through
// the whole list, more quickly at its end, and no further. Pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "qingdan/probe/interview.h"

namespace qingdan::probe {

class Silence {
 public:
  explicit Silence(const InterviewSettings& settings) : settings_(settings) {}

  // The connection of that number brought nothing, as all before. Returns by how much more time the
  // interview may take.
  std::chrono::milliseconds on_silence(int connection) {
    const bool first = last_ == 0;
    last_ = connection;
    const int more = std::max(0, settings_.silent_connections - settings_.connections);
    return first ? settings_.session * more / settings_.connections : std::chrono::milliseconds(0);
  }

  // Connections in all. `silent`: it still is.
  [[nodiscard]] int most(bool silent) const {
    if (silent) return std::max(settings_.connections, settings_.silent_connections);
    // What speaks at last is worth the one it answered and two that follow from that.
    return last_ == 0 ? settings_.connections : std::max(settings_.connections, last_ + 3);
  }

  // Whoever took so many questions without a word will hardly think long about the next.
  [[nodiscard]] bool is_long() const { return last_ >= settings_.connections; }

 private:
  InterviewSettings settings_;
  int last_{0};
};

}  // namespace qingdan::probe
