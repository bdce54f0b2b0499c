// side_by_side — see side_by_side.h.
#include "app/side_by_side.h"

#include <chrono>
#include <future>

namespace qingdan::app {
namespace {

using std::chrono_literals::operator""ms;

Result<void> watch(std::future<Result<void>>& running, Fieldwork& field, ProgressLine& line) {
  while (running.wait_for(200ms) == std::future_status::timeout) line.draw(field.progress());
  return running.get();
}

}  // namespace

Result<void> run_side_by_side(Fieldwork& field, Bookkeeper& bookkeeper, ProgressLine& line) {
  auto writing = std::async(std::launch::async, [&bookkeeper] { return bookkeeper.run(); });
  auto probing = std::async(std::launch::async, [&field] { return field.run(); });
  auto probed = watch(probing, field, line);
  bookkeeper.close();
  auto written = writing.get();
  return probed ? written : probed;
}

Result<void> run_alone(Fieldwork& field, ProgressLine& line) {
  auto probing = std::async(std::launch::async, [&field] { return field.run(); });
  return watch(probing, field, line);
}

}  // namespace qingdan::app
