// side_by_side — see side_by_side.h.
#include "app/side_by_side.h"

#include <chrono>
#include <future>

namespace qingdan::app {
namespace {

using std::chrono_literals::operator""ms;

Result<void> watch(std::future<Result<void>>& running, Fieldwork& field, ProgressLine& line,
                   const std::function<void()>& on_tick) {
  while (running.wait_for(200ms) == std::future_status::timeout) {
    line.draw(field.progress());
    if (on_tick) on_tick();
  }
  return running.get();
}

}  // namespace

Result<void> run_side_by_side(Fieldwork& field, Bookkeeper& bookkeeper, ProgressLine& line,
                              const std::function<void()>& on_tick) {
  auto writing = std::async(std::launch::async, [&bookkeeper] { return bookkeeper.run(); });
  auto probing = std::async(std::launch::async, [&field] { return field.run(); });
  auto probed = watch(probing, field, line, on_tick);
  bookkeeper.close();
  auto written = writing.get();
  return probed ? written : probed;
}

Result<void> run_alone(Fieldwork& field, ProgressLine& line, const std::function<void()>& on_tick) {
  auto probing = std::async(std::launch::async, [&field] { return field.run(); });
  return watch(probing, field, line, on_tick);
}

}  // namespace qingdan::app
