// signals — see signals.h. The handler may touch only what is lock-free.
#include "app/signals.h"

#include <csignal>

#include "qingdan/base/contract.h"

namespace qingdan::app {
namespace {

// A signal handler has no parameter of ours: the one place where a global is needed.
std::atomic<std::atomic<bool>*> watched{nullptr};
static_assert(std::atomic<std::atomic<bool>*>::is_always_lock_free);

void on_signal(int number) {
  if (auto* stop = watched.load(); stop != nullptr) stop->store(true);
  std::signal(number, SIG_DFL);
}

}  // namespace

StopOnSignal::StopOnSignal(std::atomic<bool>& stop) {
  QD_EXPECTS(watched.load() == nullptr);
  watched.store(&stop);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

StopOnSignal::~StopOnSignal() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  watched.store(nullptr);
}

}  // namespace qingdan::app
