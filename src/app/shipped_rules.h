// shipped_rules — where the rules lie that came with this program, and the closed words of rules.
#pragma once

#include <filesystem>
#include <string>

namespace qingdan::app {

// Installed: <prefix>/share/qingdan/fingerprints beside <prefix>/bin/qingdan. In the source tree:
// fingerprints beside build/<preset>/qingdan.
[[nodiscard]] std::string shipped_rules();

// The directory of words beside the rules in use; beside the shipped ones where there is none, as
// of a copy of the rules alone.
[[nodiscard]] std::filesystem::path find_vocabulary(const std::string& in_use,
                                                    const std::string& shipped);

}  // namespace qingdan::app
