// open_register — the register for a command that changes it. Only a census makes one: a mistyped
// path must not leave an empty register behind.
#pragma once

#include <string>

#include "qingdan/registry/store.h"

namespace qingdan::app {

// Error io where there is no such file. `clock` and `rng` outlive the store.
[[nodiscard]] Result<registry::Store> open_register(const std::string& path, const Clock& clock,
                                                    Rng& rng);

}  // namespace qingdan::app
