// cli — the program from its arguments to its exit status.
#pragma once

namespace qingdan::cli {

// Returns the exit status. A wrong command line is one line on standard error and status 2.
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace qingdan::cli
