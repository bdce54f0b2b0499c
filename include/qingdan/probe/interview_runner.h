// interview_runner — many interviews at once: across hosts as many as allowed, within one host
// never more than its cap. Submit while the sweep still runs; finish() when nothing more comes.
// Same thread as its Sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "qingdan/probe/interview.h"

namespace qingdan::probe {

struct RunnerSettings {
  std::size_t per_host{4};
  std::size_t at_once{256};  // narrowed to a quarter of the descriptors
  InterviewSettings interview;
};

struct RunnerProgress {  // may be taken from any thread
  std::uint64_t submitted{0}, running{0}, finished{0}, connections{0};
};

class InterviewRunner {
 public:
  using OnReport = std::function<void(InterviewReport)>;  // called on the runner's thread

  // pacer and tls must outlive the runner.
  InterviewRunner(Pacer& pacer, TlsContext& tls, OnReport on_report, RunnerSettings settings = {});
  ~InterviewRunner();
  InterviewRunner(const InterviewRunner&) = delete;
  InterviewRunner& operator=(const InterviewRunner&) = delete;

  // Every submitted subject is reported exactly once, after a stop with complete = false.
  void submit(Subject subject);
  void finish();  // no submit() after it but from inside on_report
  // Ends when finish() was called and all are reported, after a stop too. Error: breach of scope.
  [[nodiscard]] Awaitable<Result<void>> run();
  [[nodiscard]] RunnerProgress progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qingdan::probe
