// sweep_command — port discovery only: one jsonl line a verdict, as found, to a file or pipe.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "app/census.h"
#include "app/preparation.h"
#include "app/side_by_side.h"
#include "app/signals.h"
#include "app/stop_file.h"
#include "qingdan/model/json.h"

namespace qingdan::app {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdout) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Result<File> open_output(const std::string& path) {
  if (path.empty()) return File(stdout);
  File file(std::fopen(path.c_str(), "w"));
  if (!file)
    return Error{ErrorCode::io, fmt::format("{}: cannot write: {}", path, std::strerror(errno)),
                 ""};
  return file;
}

// Every verdict is a line, silence too: who wants less filters, who wants proof has it all.
class LineSink final : public FieldSink {
 public:
  LineSink(std::FILE* out, std::atomic<bool>& stop) : out_(out), stop_(stop) {}
  void on_port(const model::PortResult& result) override {
    const std::string line = model::to_json(result) + '\n';
    if (std::fwrite(line.data(), 1, line.size(), out_) != line.size()) {
      failed_ = true;
      stop_.store(true);
    }
  }
  void on_observations(std::vector<model::Observation>) override {}
  [[nodiscard]] bool finish() { return std::fflush(out_) == 0 && !failed_; }

 private:
  std::FILE* out_;
  std::atomic<bool>& stop_;
  bool failed_ = false;
};

}  // namespace

Result<int> run_sweep(const Invocation& invocation, const Settings& settings,
                      const Sweep& command) {
  const SystemClock clock;
  const StopFile stop_file(settings.register_path);
  if (auto free = stop_file.check_absent(); !free) return free.error();
  auto prepared = prepare(command.scope, command.ports, command.method, command.pps, clock.now());
  if (!prepared) return prepared.error();
  auto file = open_output(command.output);
  if (!file) return file.error();
  if (!invocation.quiet) std::fprintf(stderr, "%s\n", prepared->note.c_str());
  std::atomic<bool> stop{false};
  const StopOnSignal on_signal(stop);
  LineSink sink(file->get(), stop);
  Fieldwork field({prepared->scope, prepared->ports, prepared->pace, prepared->method, {}, false,
                   random_key()},
                  clock, stop, sink);
  {
    ProgressLine line(clock, invocation.quiet);
    const auto watch = [&] { stop.store(stop.load() || stop_file.stops({})); };
    if (auto done = run_alone(field, line, watch); !done) return done.error();
  }
  if (!sink.finish()) {
    return Error{ErrorCode::io,
                 fmt::format("{}: could not write all results",
                             command.output.empty() ? "standard output" : command.output),
                 ""};
  }
  const auto counts = field.counts();
  if (!invocation.quiet) {
    std::fputs(
        fmt::format("{} of {} probes answered, {} open, {} packets begun, {} not asked\n",
                    counts.answered, counts.planned, counts.open, counts.sent, counts.not_probed)
            .c_str(),
        stderr);
  }
  return counts.not_probed > 0 ? 1 : 0;
}

}  // namespace qingdan::app
