// open_register — see open_register.h.
#include "app/open_register.h"

#include <fmt/format.h>

#include <filesystem>

namespace qingdan::app {

Result<registry::Store> open_register(const std::string& path, const Clock& clock, Rng& rng) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return Error{ErrorCode::io, fmt::format("there is no register {}; a census makes one", path),
                 ""};
  }
  return registry::Store::open(path, clock, rng);
}

}  // namespace qingdan::app
