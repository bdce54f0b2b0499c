// progress — the one line on a terminal while a run goes on: what is done, how fast, how long yet.
// Nothing is drawn where standard error is no terminal.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "app/fieldwork.h"
#include "qingdan/base/clock.h"

namespace qingdan::app {

class ProgressLine {
 public:
  ProgressLine(const Clock& clock, bool quiet);
  ~ProgressLine();  // clears the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void draw(const FieldProgress& progress);

  // The text of the line for a moment; pure. `elapsed` since the start, `rate` packets per second.
  [[nodiscard]] static std::string text(const FieldProgress& progress, double elapsed_s,
                                        double rate);

 private:
  const Clock& clock_;
  const bool shown_;
  const SteadyTime started_;
  struct Seen {
    SteadyTime at;
    std::uint64_t sent;
  };
  std::deque<Seen> seen_;
};

}  // namespace qingdan::app
