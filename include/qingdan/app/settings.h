// settings — what an installation decides once: built-in defaults < configuration file < flags.
// Immutable after it was made.
#pragma once

#include <string>
#include <vector>

#include "qingdan/base/result.h"

namespace qingdan::app {

struct Settings {
  std::string register_path{"qingdan.db"};
  std::string vantage{"local"};               // 观测点: where this machine stands in the network
  std::vector<std::string> rule_directories;  // shipped rules first, the operator's own after
  std::string cache_directory;                // for compiled rules; "" = none
  bool operator==(const Settings&) const = default;
};

// The defaults of this machine: $QINGDAN_REGISTER, $QINGDAN_FINGERPRINTS, $XDG_CACHE_HOME, and the
// fingerprints directory beside the program (installed or in its source tree).
[[nodiscard]] Settings default_settings();

// Reads a TOML file over `base`. Unknown keys and wrong types are errors with file:line.
//   register = "…"     vantage = "…"     cache = "…"     rules = ["…", …]
[[nodiscard]] Result<Settings> open_settings(const std::string& path, Settings base);
// The file that reads back to the same settings.
[[nodiscard]] std::string print_settings(const Settings& settings);
[[nodiscard]] Result<Settings> parse_settings(std::string_view toml, std::string_view name,
                                              Settings base);

}  // namespace qingdan::app
