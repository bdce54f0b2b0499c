// rule_check — the self-test of the rule base: everything fingerprints/README.md promises is
// demanded here, with file and line.
#pragma once

#include <filesystem>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/identify/rule.h"
#include "qingdan/identify/rule_set.h"

namespace qingdan::identify {

struct CheckReport {
  std::vector<RuleProblem> problems;  // by file and line
  std::size_t rules{0}, products{0}, examples{0};
  std::string release;
  // "rule id + rule id ×3": pairs of rules that hold on the same accept example, with how many; the
  // golden file of overlaps is made of these lines.
  std::vector<std::string> overlaps;
  // "own rule id takes from shipped rule id ×3": an accept example of either on which a rule of a
  // later directory is stated and one of the first is not. No problem: operators may know better.
  std::vector<std::string> shadows;
};

// Later directories are the operator's own. `vocabulary` = the directory of input.txt,
// category.txt, device_class.txt, xinchuang.txt. An error where a directory cannot be read.
[[nodiscard]] Result<CheckReport> check_rules(const std::vector<std::filesystem::path>& dirs,
                                              const std::filesystem::path& vocabulary);
// The same of texts that need not be files yet. Names of those of the shipped directory begin with
// `shipped`; "" = all are of one base.
[[nodiscard]] Result<CheckReport> check_rules(const RuleTexts& texts, const std::string& shipped,
                                              const std::filesystem::path& vocabulary);

}  // namespace qingdan::identify
