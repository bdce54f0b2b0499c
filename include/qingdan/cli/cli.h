// cli — argv to app::Invocation. The only place of CLI11.
#pragma once

namespace qingdan::cli {

// Returns the exit status. A wrong command line is one line on standard error and status 2.
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace qingdan::cli
