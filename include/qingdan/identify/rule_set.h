// rule_set — all rule and product files of some directories, read and put together.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// One file as it was on disk.
struct RuleText {
  std::string name;  // as messages show it: <directory as given>/ssh/banner.toml
  std::string text;
  bool products{false};
  std::string below;  // the name below its directory: ssh/banner.toml
};

// What opening the directories gives before anything is parsed; enough to know whether a compiled
// copy is still good.
struct RuleTexts {
  std::vector<RuleText> files;                 // by name
  std::map<std::string, std::string> retired;  // id -> reason, of all retired.txt
  std::string version;                         // first line of the first RELEASE file, else "local"
  std::string digest;  // SHA-256 (hex) over names below their directories, and
                       // contents: the same rules elsewhere are the same
};
// Later directories add to earlier ones. An error where a directory cannot be read.
[[nodiscard]] Result<RuleTexts> open_rule_texts(const std::vector<std::filesystem::path>& dirs);
// "2026.11+0123456789ab": what facts and reports call these rules.
[[nodiscard]] std::string release_of(const RuleTexts& texts);

struct RuleSet {
  std::vector<Rule> rules;  // by file, then as written
  std::vector<Product> products;
  std::vector<RuleProblem> problems;  // of the files' form, and of ids
};
[[nodiscard]] RuleSet parse_rule_texts(const RuleTexts& texts);

// Rules that read a maker, a model or a name out of a text, whatever they are, are asked only where
// no rule that knows what runs (kRuns), the system (kSystem) or the device (kDevice) holds on the
// same value: the general forms of hundreds of makers hold on most texts, take longest, and would
// be outvoted. A general rule of system and device is for the system first.
inline constexpr std::uint8_t kRuns = 1, kSystem = 2, kDevice = 4;
void note_last_resorts(RuleSet& set);

}  // namespace qingdan::identify
