// cli — see cli.h.
#include "qingdan/cli/cli.h"

#include <cstdio>

#include "cli/command_line.h"

namespace qingdan::cli {

int run(int argc, const char* const* argv) {
  const Parsed parsed = parse_command_line(argc, argv);
  if (const auto* invocation = std::get_if<app::Invocation>(&parsed)) return app::run(*invocation);
  if (const auto* asked = std::get_if<VersionAsked>(&parsed)) {
    std::printf("%s\n", app::version_text(asked->invocation).c_str());
    return 0;
  }
  const auto& ending = std::get<Ending>(parsed);
  std::fputs(ending.text.c_str(), ending.status == 0 ? stdout : stderr);
  return ending.status;
}

}  // namespace qingdan::cli
