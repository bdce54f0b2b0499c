// command_line — argv to app::Invocation, without carrying anything out. The only place of CLI11.
#pragma once

#include <string>
#include <variant>

#include "qingdan/app/invocation.h"

namespace qingdan::cli {

// The command line asks for nothing more: help (status 0), or it is wrong (status 2, one line).
struct Ending {
  int status{0};
  std::string text;
};
// --version, with what was given before it: its answer names the rules in use.
struct VersionAsked {
  app::Invocation invocation;
};
using Parsed = std::variant<app::Invocation, VersionAsked, Ending>;

[[nodiscard]] Parsed parse_command_line(int argc, const char* const* argv);

}  // namespace qingdan::cli
