// commands_rules — the self-test of the rule base, and identification of given bytes.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "app/commands.h"
#include "app/rules.h"
#include "qingdan/identify/identifier.h"
#include "qingdan/identify/rule_check.h"
#include "qingdan/model/json.h"

namespace qingdan::app {
namespace {

std::string report_text(const identify::CheckReport& report) {
  std::string text;
  for (const auto& problem : report.problems) {
    text += fmt::format("{}:{}: {}{}{}\n", problem.file, problem.line, problem.rule,
                        problem.rule.empty() ? "" : ": ", problem.text);
  }
  for (const auto& shadow : report.shadows) text += shadow + "\n";
  return text + fmt::format("{} rules, {} products, {} examples, release {}: {}\n", report.rules,
                            report.products, report.examples, report.release,
                            report.problems.empty()
                                ? "sound"
                                : fmt::format("{} problems", report.problems.size()));
}

}  // namespace

Result<int> carry_out(const Call& call, const RulesCheck& command) {
  const auto& directories =
      command.directories.empty() ? call.settings.rule_directories : command.directories;
  auto report = identify::check_rules(rule_paths(directories), vocabulary_directory(call.settings));
  if (!report) return report.error();
  for (const auto& pair : command.overlaps ? report->overlaps : std::vector<std::string>{}) {
    std::fputs((pair + "\n").c_str(), stdout);
  }
  std::fputs(report_text(*report).c_str(), command.overlaps ? stderr : stdout);
  return report->problems.empty() ? 0 : 1;
}

Result<int> carry_out(const Call& call, const RulesIdentify&) {
  auto rules = open_rules(call.settings);
  if (!rules) return rules.error();
  identify::Identifier identifier(*rules);
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto question = model::parse_question(line);
    if (!question) {
      std::cout.flush();
      return Error{ErrorCode::input,
                   fmt::format("standard input:{}: {}", number, question.error().text), ""};
    }
    std::cout << model::to_json(identifier.answer(*question)) << '\n';
  }
  std::cout.flush();
  if (!std::cout) return Error{ErrorCode::io, "standard output did not take all answers", ""};
  return 0;
}

}  // namespace qingdan::app
