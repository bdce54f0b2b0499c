// time_text — a moment as people write it on a command line, in the machine's zone.
#pragma once

#include <string>
#include <string_view>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"

namespace qingdan::app {

// "2026-11-28", "2026-11-28 03:20", "2026-11-28T03:20:05"; `option` stands in the error.
[[nodiscard]] Result<UnixMillis> parse_time(const std::string& text, std::string_view option);

}  // namespace qingdan::app
