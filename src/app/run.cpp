// run — the way from an invocation to its command, and from an error to the exit status.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "app/census.h"
#include "app/commands.h"
#include "app/output.h"
#include "app/rules.h"
#include "qingdan/base/log.h"

namespace qingdan::app {
namespace {

Result<Settings> settle(const Invocation& invocation) {
  Settings settings = default_settings();
  if (!invocation.config.empty()) {
    auto read = open_settings(invocation.config, settings);
    if (!read) return read.error();
    settings = std::move(*read);
  }
  if (invocation.register_path) settings.register_path = *invocation.register_path;
  if (invocation.vantage) settings.vantage = *invocation.vantage;
  for (const auto& directory : invocation.rules) settings.rule_directories.push_back(directory);
  return settings;
}

struct Dispatch {
  const Call& call;
  Result<int> operator()(const Sweep& command) const {
    return run_sweep(call.invocation, call.settings, command);
  }
  Result<int> operator()(const Census& command) const {
    return run_census(call.invocation, call.settings, command);
  }
  template <class Command>
  Result<int> operator()(const Command& command) const {
    return carry_out(call, command);
  }
};

}  // namespace

std::string actor_or_login(const std::string& actor) {
  if (!actor.empty()) return actor;
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : fmt::format("uid {}", getuid());
}

int run(const Invocation& invocation) {
  log::set_level(invocation.verbosity >= 2   ? log::Level::debug
                 : invocation.verbosity == 1 ? log::Level::info
                                             : log::Level::warn);
  auto settings = settle(invocation);
  if (!settings) {
    print_error(settings.error(), false);
    return exit_status(settings.error());
  }
  const Call call{invocation, *settings};
  auto status = std::visit(Dispatch{call}, invocation.command);
  if (status) return *status;
  print_error(status.error(), invocation.verbosity > 0);
  return exit_status(status.error());
}

std::string version_text(const Invocation& invocation) {
  std::string rules = "unreadable";
  if (auto settings = settle(invocation)) {
    if (auto release = rule_release(*settings)) rules = *release;
  }
  return fmt::format("qingdan {} (rules {}, built with {})", QINGDAN_VERSION, rules,
                     QINGDAN_COMPILER);
}

}  // namespace qingdan::app
