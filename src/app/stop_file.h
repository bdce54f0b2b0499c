// stop_file — the file beside the register that halts sending: `<register>.stop`. `runs stop`
// writes the run's number into it; made empty by hand it stops whatever runs, and nothing is begun
// while it lies there. Looked at a few times a second by the thread that draws the progress.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/result.h"
#include "qingdan/model/ids.h"

namespace qingdan::app {

class StopFile {
 public:
  explicit StopFile(const std::string& register_path) : path_(register_path + ".stop") {}

  [[nodiscard]] const std::string& path() const { return path_; }
  // It is there, and it is empty or names this run. An unreadable one counts as there.
  [[nodiscard]] bool stops(model::RunId run) const;
  // Refused while one made by hand lies there; one that names a run is of no concern to a new one.
  [[nodiscard]] Result<void> check_absent() const;
  [[nodiscard]] Result<void> write(model::RunId run) const;
  // Takes away what named this run; one made by hand stays until a person removes it.
  void obeyed(model::RunId run) const;

 private:
  // nullopt: no such file; 0: no number in it.
  [[nodiscard]] std::optional<std::int64_t> read() const;
  std::string path_;
};

}  // namespace qingdan::app
