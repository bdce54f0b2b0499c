// progress — see progress.h.
#include "app/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace qingdan::app {
namespace {

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar(double share) {
  constexpr int kWidth = 20;
  const int full = static_cast<int>(share * kWidth);
  return fmt::format("{:#<{}}{:.<{}}", "", full, "", kWidth - full);
}

}  // namespace

ProgressLine::ProgressLine(const Clock& clock, bool quiet)
    : clock_(clock),
      shown_(!quiet && isatty(STDERR_FILENO) == 1),
      started_(clock.steady()),
      last_(started_) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::draw(const FieldProgress& progress) {
  if (!shown_) return;
  const SteadyTime now = clock_.steady();
  const double since = std::chrono::duration<double>(now - last_).count();
  if (since > 0) {
    const double current = static_cast<double>(progress.sweep.sent - last_sent_) / since;
    rate_ = rate_ == 0 ? current : 0.7 * rate_ + 0.3 * current;  // smooth enough to be read
  }
  last_ = now;
  last_sent_ = progress.sweep.sent;
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  std::fprintf(stderr, "\r%s\x1b[K", text(progress, elapsed, rate_).c_str());
  std::fflush(stderr);
}

std::string ProgressLine::text(const FieldProgress& progress, double elapsed_s, double rate) {
  const auto& sweep = progress.sweep;
  const double share = sweep.planned == 0 ? 1.0
                                          : static_cast<double>(sweep.done + sweep.not_asked) /
                                                static_cast<double>(sweep.planned);
  std::string line =
      fmt::format("[{}] {:5.1f} % · {:.0f} pps · open {} closed {} silent {}", bar(share),
                  100 * share, rate, sweep.open, sweep.closed, sweep.filtered);
  if (sweep.paused_until.value != 0)
    line += " · paused, windows open at " + format_local(sweep.paused_until);
  const auto& interviews = progress.interviews;
  if (interviews.submitted > 0)
    line += fmt::format(" · asked {}/{}", interviews.finished, interviews.submitted);
  // An estimate is worth showing once a part is done that it can be drawn from.
  if (share > 0.02 && share < 1)
    line += fmt::format(" · {} left", clock_text(elapsed_s * (1 - share) / share));
  return line + fmt::format(" · {}", clock_text(elapsed_s));
}

}  // namespace qingdan::app
