// progress — see progress.h.
#include "app/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
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

// The rate is that of so long: steady enough to be read, and what a burst left behind is soon
// forgotten where the last few hosts are asked at their own pace.
constexpr auto kRateOver = std::chrono::seconds(3);

// Packets still to be sent: every position not asked yet, and again each that is silent, or will be
// if the rest is as silent as what was asked.
double packets_left(const probe::SweepProgress& sweep) {
  const auto first_tries = static_cast<double>(sweep.sent - std::min(sweep.sent, sweep.retried));
  const auto wanted = static_cast<double>(sweep.planned - std::min(sweep.planned, sweep.not_asked));
  const double asked = std::min(first_tries, wanted);
  const double silent = std::max(0.0, asked - static_cast<double>(sweep.answered));
  const double silent_share = asked > 0 ? silent / asked : 1;
  const double again = silent * sweep.retries - static_cast<double>(sweep.retried);
  return (wanted - asked) * (1 + silent_share * sweep.retries) + std::max(0.0, again);
}

double share_of(const probe::SweepProgress& sweep) {
  if (sweep.done + sweep.not_asked >= sweep.planned) return 1;
  const auto sent = static_cast<double>(sweep.sent);
  return sent == 0 ? 0 : sent / (sent + packets_left(sweep));
}

}  // namespace

ProgressLine::ProgressLine(const Clock& clock, bool quiet)
    : clock_(clock), shown_(!quiet && isatty(STDERR_FILENO) == 1), started_(clock.steady()) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::draw(const FieldProgress& progress) {
  if (!shown_) return;
  const SteadyTime now = clock_.steady();
  // What a run that goes on has sent before is no rate.
  if (seen_.empty()) seen_.push_back({now, progress.sweep.sent});
  while (seen_.size() > 1 && now - seen_[1].at >= kRateOver) seen_.pop_front();
  const double since = std::chrono::duration<double>(now - seen_.front().at).count();
  // May be negative: a connection that our own end had no room for is taken back.
  const double sent =
      static_cast<double>(progress.sweep.sent) - static_cast<double>(seen_.front().sent);
  seen_.push_back({now, progress.sweep.sent});
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  std::fprintf(stderr, "\r%s\x1b[K",
               text(progress, elapsed, since > 0 ? std::max(0.0, sent / since) : 0).c_str());
  std::fflush(stderr);
}

std::string ProgressLine::text(const FieldProgress& progress, double elapsed_s, double rate) {
  const auto& sweep = progress.sweep;
  const double share = share_of(sweep);
  std::string line =
      fmt::format("[{}] {:5.1f} % · {:.0f} pps · open {} closed {} silent {}", bar(share),
                  100 * share, rate, sweep.open, sweep.closed, sweep.filtered);
  if (sweep.paused_until.value != 0)
    line += " · paused, windows open at " + format_local(sweep.paused_until);
  const auto& interviews = progress.interviews;
  if (interviews.submitted > 0)
    line += fmt::format(" · asked {}/{}", interviews.finished, interviews.submitted);
  if (progress.fragile_held > 0)
    line += fmt::format(" · {} fragile at {} pps", progress.fragile_held, progress.fragile_pps);
  // An estimate is worth showing once a part is done that it can be drawn from.
  if (share > 0.02 && share < 1 && rate >= 1)
    line += fmt::format(" · {} left", clock_text(packets_left(sweep) / rate));
  return line + fmt::format(" · {}", clock_text(elapsed_s));
}

}  // namespace qingdan::app
