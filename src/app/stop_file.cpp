// stop_file — see stop_file.h.
#include "app/stop_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "qingdan/base/text.h"

namespace qingdan::app {

std::optional<std::int64_t> StopFile::read() const {
  std::error_code failed;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path_, failed))) return std::nullopt;
  std::ifstream file(path_, std::ios::binary);
  std::string text(32, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  const auto number = trim(text);
  std::int64_t run = 0;
  std::from_chars(number.data(), number.data() + number.size(), run);
  return run;
}

bool StopFile::stops(model::RunId run) const {
  const auto named = read();
  return named && (*named == 0 || *named == run.value);
}

Result<void> StopFile::check_absent() const {
  const auto named = read();
  if (!named || *named != 0) return {};
  return Error{ErrorCode::refused,
               fmt::format("{} is there: somebody stopped all probing; remove it first", path_),
               ""};
}

Result<void> StopFile::write(model::RunId run) const {
  // Whole or not at all: half a number would name another run, none would stop every one.
  const std::string partial = path_ + ".partial";
  {
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    file << run.value << '\n';
    if (!file.flush()) return Error{ErrorCode::io, partial + ": cannot write", ""};
  }
  std::error_code failed;
  std::filesystem::rename(partial, path_, failed);
  if (failed) return Error{ErrorCode::io, path_ + ": cannot write: " + failed.message(), ""};
  return {};
}

void StopFile::obeyed(model::RunId run) const {
  if (read() == run.value) unlink(path_.c_str());
}

}  // namespace qingdan::app
